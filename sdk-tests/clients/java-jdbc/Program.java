import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.ds.PGSimpleDataSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dsql.DsqlUtilities;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** pgjdbc with a token of the AWS SDK's own generator, and HikariCP with a fresh one for each connection. */
public final class Program {
    private static final AwsCredentialsProvider ENVIRONMENT = DefaultCredentialsProvider.builder().build();

    public static void main(String[] args) throws SQLException, IOException {
        System.out.println(
                switch (args[0]) {
                    case "token" -> tokens();
                    case "admin" -> admin();
                    case "pool" -> pool();
                    case "session" -> session();
                    case "role" -> role();
                    case "create" -> Clusters.create();
                    case "connect" -> connected();
                    case "delete" -> Clusters.delete(args[1]);
                    case "hour" -> hour();
                    case "refusal" ->
                            Sql.refusal(user -> connect(token(args[1], ENVIRONMENT), user), args[2]);
                    default -> throw new IllegalArgumentException(args[0]);
                });
    }

    static String token(String action, AwsCredentialsProvider credentials) {
        Region region = Region.of(System.getenv("AWS_REGION"));
        String host = System.getenv("PGHOST");
        DsqlUtilities utilities =
                DsqlUtilities.builder().region(region).credentialsProvider(credentials).build();
        return action.equals("DbConnect")
                ? utilities.generateDbConnectAuthToken(request -> request.hostname(host).region(region))
                : utilities.generateDbConnectAdminAuthToken(request -> request.hostname(host).region(region));
    }

    // [connect]
    static final String URL =
            "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/postgres";

    static Properties settings() {
        Properties settings = new Properties();
        settings.setProperty("user", "admin");
        settings.setProperty("sslmode", "verify-full");
        settings.setProperty("sslrootcert", System.getenv("PGSSLROOTCERT"));
        settings.setProperty("socketFactory", "EndpointSocketFactory");
        return settings;
    }

    static HikariDataSource openPool() {
        // By default a connection is only tried before use if nobody used it for half a second.
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "0");
        PGSimpleDataSource source =
                new PGSimpleDataSource() {
                    @Override
                    public Connection getConnection() throws SQLException {
                        return connect(token("DbConnectAdmin", ENVIRONMENT));
                    }
                };
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(4);
        return new HikariDataSource(config);
    }

    // [/connect]

    static Connection connect(String password) throws SQLException {
        return connect(password, "admin");
    }

    static Connection connect(String password, String user) throws SQLException {
        Properties settings = settings();
        settings.setProperty("user", user);
        settings.setProperty("password", password);
        return DriverManager.getConnection(URL, settings);
    }

    static String tokens() {
        return Json.object(
                "DbConnect", token("DbConnect", ENVIRONMENT),
                "DbConnectAdmin", token("DbConnectAdmin", ENVIRONMENT));
    }

    static String admin() throws SQLException {
        try (Connection connection = connect(token("DbConnectAdmin", ENVIRONMENT))) {
            return Sql.story(connection);
        }
    }

    static String pool() throws SQLException {
        try (HikariDataSource pool = openPool()) {
            return Sql.pool(pool);
        }
    }

    static String hour() throws SQLException, IOException {
        try (HikariDataSource pool = openPool()) {
            return Sql.hour(pool);
        }
    }

    static String role() throws SQLException {
        try (Connection admin = connect(token("DbConnectAdmin", ENVIRONMENT))) {
            return Sql.role(admin, user -> connect(token("DbConnect", ENVIRONMENT), user));
        }
    }

    static String connected() throws SQLException {
        try (Connection connection = connect(token("DbConnectAdmin", ENVIRONMENT))) {
            return Json.object("user", Sql.text(connection, "SELECT current_user"));
        }
    }

    static String session() throws SQLException {
        Credentials made;
        try (StsClient sts = StsClient.create()) {
            made =
                    sts.assumeRole(
                                    request ->
                                            request.roleArn(System.getenv("STORY_ROLE_ARN"))
                                                    .roleSessionName("story"))
                            .credentials();
        }
        AwsCredentialsProvider provider =
                StaticCredentialsProvider.create(
                        AwsSessionCredentials.create(
                                made.accessKeyId(), made.secretAccessKey(), made.sessionToken()));
        try (StsClient sts = StsClient.builder().credentialsProvider(provider).build();
                Connection connection = connect(token("DbConnectAdmin", provider))) {
            return Json.object(
                    "caller", sts.getCallerIdentity().arn(),
                    "user", Sql.text(connection, "SELECT current_user"));
        }
    }
}
