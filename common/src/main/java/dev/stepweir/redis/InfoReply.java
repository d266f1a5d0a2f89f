package dev.stepweir.redis;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what {@code XINFO} answers: lists of names and values by turns. */
public final class InfoReply {

    private InfoReply() {}

    /** Each item's fields as text. */
    public static List<Map<String, String>> items(List<Object> reply) {
        return reply.stream().map(item -> fields((List<?>) item)).toList();
    }

    private static Map<String, String> fields(List<?> flat) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            fields.put(text(flat.get(i)), text(flat.get(i + 1)));
        }
        return fields;
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? Bytes.text(bytes) : String.valueOf(value);
    }
}
