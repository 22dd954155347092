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
            ServerErrorMessage said = error.getServerErrorMessage();
            failed = Json.object("sqlstate", error.getSQLState(), "message", said.getMessage());
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
        try (Connection one = pool.getConnection()) {
            run(one, "CREATE TABLE pooled (id int PRIMARY KEY)");
            run(one, "INSERT INTO pooled VALUES (1)");
            run(one, "INSERT INTO pooled VALUES (2)");
        }
        try (Connection one = pool.getConnection()) {
            return Json.object(
                    "users", users,
                    "sessions", sessions.size(),
                    "kept", numbers(one, "SELECT id FROM pooled ORDER BY id"),
                    "application", text(one, "SELECT current_setting('application_name')"));
        }
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
