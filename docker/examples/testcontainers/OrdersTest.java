import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.MountableFile;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dsql.DsqlUtilities;

class OrdersTest {
    static final String ENDPOINT = "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws";

    @Test
    void ordersAreThere(@TempDir Path directory) throws Exception {
        try (GenericContainer<?> emulator = new GenericContainer<>("dsql-auth-emulator:0.1.0")
                .withCopyFileToContainer(
                        MountableFile.forHostPath("dsql-emulator.yaml", 0644), "/config/dsql-emulator.yaml")
                .withCommand("start", "--config", "/config/dsql-emulator.yaml")
                .withExposedPorts(5432, 9432)
                .waitingFor(Wait.forHttp("/_emulator/ready").forPort(9432))) {
            emulator.start();
            String http = "http://" + emulator.getHost() + ":" + emulator.getMappedPort(9432);
            Path ca = directory.resolve("ca.pem");
            try (InputStream answer = URI.create(http + "/_emulator/ca.pem").toURL().openStream()) {
                Files.copy(answer, ca);
            }
            DsqlUtilities dsql = DsqlUtilities.builder()
                    .region(Region.US_EAST_1)
                    .credentialsProvider(StaticCredentialsProvider.create(
                            AwsBasicCredentials.create("AKIAFAKEORDERS000001", "not-a-real-secret-of-orders")))
                    .build();
            Properties settings = new Properties();
            settings.setProperty("user", "orders");
            settings.setProperty(
                    "password",
                    dsql.generateDbConnectAuthToken(request -> request.hostname(ENDPOINT).region(Region.US_EAST_1)));
            settings.setProperty("sslmode", "verify-full");
            settings.setProperty("sslrootcert", ca.toString());
            // The class of docs/clients.md, with System.getProperty in place of System.getenv.
            settings.setProperty("socketFactory", "EndpointSocketFactory");
            System.setProperty("PGHOSTADDR", InetAddress.getByName(emulator.getHost()).getHostAddress());
            String url = "jdbc:postgresql://" + ENDPOINT + ":" + emulator.getMappedPort(5432) + "/postgres";
            try (Connection connection = DriverManager.getConnection(url, settings);
                    ResultSet rows = connection.createStatement().executeQuery("SELECT count(*) FROM orders")) {
                rows.next();
                assertEquals(0, rows.getInt(1));
            }
        }
    }
}
