import java.util.List;
import java.util.stream.Collectors;

/** As much JSON as the answers need, in ASCII whatever the console's encoding. */
final class Json {
    /** JSON already. */
    record Raw(String text) {}

    private Json() {}

    /** @param pairs names and values in turn */
    static String object(Object... pairs) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < pairs.length; i += 2) {
            text.append(i == 0 ? "" : ",").append(value(pairs[i])).append(":").append(value(pairs[i + 1]));
        }
        return text.append("}").toString();
    }

    private static String value(Object value) {
        if (value instanceof Raw raw) return String.valueOf(raw.text());
        if (value instanceof String text) return quoted(text);
        if (value instanceof List<?> list) {
            return list.stream().map(Json::value).collect(Collectors.joining(",", "[", "]"));
        }
        return String.valueOf(value);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            boolean isPlain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
            quoted.append(isPlain ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return quoted.append('"').toString();
    }
}
