package dev.stepweir.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a document together with the place where it stands. Immutable. */
public sealed interface Located {

    /** Where the value begins. */
    Place place();

    /** The value without places, in the form of {@link Json#value(Object)}. */
    @Nullable Object plain();

    /** The value in a few words, for messages. */
    String shown();

    /** A text in quotes, cut at 80 characters, for messages. */
    static String quoted(String text) {
        int shown = Math.min(80, text.codePointCount(0, text.length()));
        int end = text.offsetByCodePoints(0, shown);
        return "'" + text.substring(0, end) + (end < text.length() ? "..." : "") + "'";
    }

    /** A line and a column, both from 1. */
    record Place(int line, int column) {}

    /** One field of an object: where its key stands, and its value. */
    record Field(Place keyPlace, Located value) {}

    /** An object; of fields with the same key the first is kept. */
    record Obj(Place place, Map<String, Field> fields) implements Located {

        @Override
        public Map<String, @Nullable Object> plain() {
            Map<String, @Nullable Object> plain = new LinkedHashMap<>();
            fields.forEach((key, field) -> plain.put(key, field.value().plain()));
            return plain;
        }

        @Override
        public String shown() {
            return "an object";
        }
    }

    /** A list. */
    record Arr(Place place, List<Located> items) implements Located {

        @Override
        public List<@Nullable Object> plain() {
            List<@Nullable Object> plain = new ArrayList<>();
            items.forEach(item -> plain.add(item.plain()));
            return plain;
        }

        @Override
        public String shown() {
            return "a list";
        }
    }

    /** A text, number, truth value, or null. */
    record Scalar(Place place, @Nullable Object plain) implements Located {

        @Override
        public String shown() {
            return switch (plain) {
                case null -> "nothing";
                case String text -> quoted(text);
                default -> plain.toString();
            };
        }
    }
}
