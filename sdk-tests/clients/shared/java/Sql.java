import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The statements of the stories. */
final class Sql {
    private Sql() {}

    static String story(Connection connection) throws SQLException {
        String user = text(connection, "SELECT current_user");
        int next;
        String text;
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT ?::int + 1, ?::text || 'dź'")) {
            statement.setInt(1, 41);
            statement.setString(2, "Łó");
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                next = row.getInt(1);
                text = row.getString(2);
            }
        }
        List<Integer> large =
                numbers(connection, "SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i");
        run(connection, "CREATE TABLE story (id int PRIMARY KEY)");
        connection.setAutoCommit(false);
        run(connection, "INSERT INTO story VALUES (1)");
        connection.commit();
        run(connection, "INSERT INTO story VALUES (2)");
        connection.rollback();
        connection.setAutoCommit(true);
        List<Integer> kept = numbers(connection, "SELECT id FROM story ORDER BY id");
        String failed = null;
        try {
            run(connection, "SELECT * FROM no_such_table");
        } catch (PSQLException error) {
            failed = failure(error);
        }
        return Json.object(
                "user", user,
                "next", next,
                "text", text,
                "rows", large.size(),
                "sum", large.stream().mapToLong(Integer::longValue).sum(),
                "kept", kept,
                "error", new Json.Raw(failed));
    }

    static String pool(DataSource pool) throws SQLException {
        Seen seen = seenBy(pool);
        try (Connection one = pool.getConnection()) {
            run(one, "CREATE TABLE pooled (id int PRIMARY KEY)");
            run(one, "INSERT INTO pooled VALUES (1)");
            run(one, "INSERT INTO pooled VALUES (2)");
        }
        try (Connection one = pool.getConnection()) {
            return Json.object(
                    "users", seen.users(),
                    "sessions", seen.sessions().size(),
                    "kept", numbers(one, "SELECT id FROM pooled ORDER BY id"),
                    "application", text(one, "SELECT current_setting('application_name')"));
        }
    }

    static String hour(DataSource pool) throws SQLException, IOException {
        Seen before = seenBy(pool);
        System.out.println("waiting");
        System.in.read();
        Seen after = seenBy(pool);
        Set<Integer> fresh = new HashSet<>(after.sessions());
        fresh.removeAll(before.sessions());
        return Json.object("before", before.users(), "after", after.users(), "fresh", fresh.size());
    }

    /** What four connections at once have seen. */
    private record Seen(List<String> users, Set<Integer> sessions) {}

    private static Seen seenBy(DataSource pool) throws SQLException {
        List<Connection> held = new ArrayList<>();
        List<String> users = new ArrayList<>();
        Set<Integer> sessions = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            Connection one = pool.getConnection();
            held.add(one);
            users.add(text(one, "SELECT current_user"));
            sessions.add(one.unwrap(PGConnection.class).getBackendPID());
        }
        for (Connection one : held) one.close();
        return new Seen(users, sessions);
    }

    /** How a program connects as a custom role, with a token for `DbConnect`. */
    interface Connector {
        Connection connect(String user) throws SQLException;
    }

    static String role(Connection admin, Connector connector) throws SQLException {
        String role = System.getenv("STORY_DATABASE_ROLE");
        String caller = System.getenv("STORY_CALLER_ARN");
        run(admin, "CREATE ROLE " + role + " WITH LOGIN");
        run(admin, "CREATE TABLE owned (id int PRIMARY KEY)");
        String before = refusal(connector, role);
        run(admin, "AWS IAM GRANT " + role + " TO '" + caller + "'");
        String user;
        String denied = null;
        try (Connection connection = connector.connect(role)) {
            user = text(connection, "SELECT current_user");
            try {
                run(connection, "SELECT * FROM owned");
            } catch (PSQLException error) {
                denied = failure(error);
            }
        }
        run(admin, "AWS IAM REVOKE " + role + " FROM '" + caller + "'");
        return Json.object(
                "before", new Json.Raw(before),
                "user", user,
                "denied", new Json.Raw(denied),
                "after", new Json.Raw(refusal(connector, role)));
    }

    static String refusal(Connector connector, String user) throws SQLException {
        try {
            connector.connect(user).close();
        } catch (PSQLException error) {
            return error(error);
        }
        return Json.object("message", "connected");
    }

    private static String failure(PSQLException error) {
        ServerErrorMessage said = error.getServerErrorMessage();
        return Json.object("sqlstate", error.getSQLState(), "message", said.getMessage());
    }

    static String error(PSQLException error) {
        ServerErrorMessage said = error.getServerErrorMessage();
        if (said == null) throw new IllegalStateException(error);
        return Json.object(
                "sqlstate", said.getSQLState(),
                "message", said.getMessage(),
                "detail", said.getDetail(),
                "hint", said.getHint());
    }

    static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static List<Integer> numbers(Connection connection, String query) throws SQLException {
        List<Integer> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) found.add(row.getInt(1));
        }
        return found;
    }

    private static void run(Connection connection, String statement) throws SQLException {
        try (Statement one = connection.createStatement()) {
            one.execute(statement);
        }
    }
}
