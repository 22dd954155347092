import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.dsql.jdbc.AuroraDsqlCredentialsManager;

/** AWS's connector for JDBC: single connections, and HikariCP over it. */
public final class Program {
    public static void main(String[] args) throws SQLException, IOException {
        System.out.println(
                switch (args[0]) {
                    case "token" -> Json.object("notOffered", "the connector takes that of the AWS SDK");
                    case "admin" -> admin();
                    case "pool" -> pool();
                    case "session" -> session();
                    case "role" -> role();
                    case "create" -> Clusters.create();
                    case "connect" -> connected();
                    case "delete" -> Clusters.delete(args[1]);
                    case "hour" -> hour();
                    case "refusal" -> refusal(args[1], args[2]);
                    default -> throw new IllegalArgumentException(args[0]);
                });
    }

    // [connect]
    static final String URL =
            "jdbc:aws-dsql:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/postgres";

    static Properties settings() {
        Properties settings = new Properties();
        settings.setProperty("user", "admin");
        settings.setProperty("sslfactory", "org.postgresql.ssl.LibPQFactory");
        settings.setProperty("sslrootcert", System.getenv("PGSSLROOTCERT"));
        settings.setProperty("socketFactory", "EndpointSocketFactory");
        return settings;
    }

    static HikariDataSource openPool() {
        // By default a connection is only tried before use if nobody used it for half a second.
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "0");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(URL);
        config.setDataSourceProperties(settings());
        config.setMaximumPoolSize(4);
        return new HikariDataSource(config);
    }

    // [/connect]

    static Connection connect() throws SQLException {
        return connect("admin");
    }

    static Connection connect(String user) throws SQLException {
        Properties settings = settings();
        settings.setProperty("user", user);
        settings.setProperty("region", System.getenv("AWS_REGION"));
        return DriverManager.getConnection(URL, settings);
    }

    static String admin() throws SQLException {
        try (Connection connection = connect()) {
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
        try (Connection admin = connect()) {
            return Sql.role(admin, Program::connect);
        }
    }

    static String connected() throws SQLException {
        try (Connection connection = connect()) {
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
        AuroraDsqlCredentialsManager.setProvider(provider);
        try (StsClient sts = StsClient.builder().credentialsProvider(provider).build();
                Connection connection = connect()) {
            return Json.object(
                    "caller", sts.getCallerIdentity().arn(),
                    "user", Sql.text(connection, "SELECT current_user"));
        }
    }

    static String refusal(String action, String user) throws SQLException {
        if (action.equals("DbConnectAdmin") != user.equals("admin")) {
            return Json.object("notOffered", "the connector takes the action from the user");
        }
        return Sql.refusal(Program::connect, user);
    }
}
