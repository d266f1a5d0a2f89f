package dev.stepweir.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * The one JSON mapper. It refuses duplicate keys, text after the document, more than {@value
 * #MAX_DEPTH} levels, also when it writes, strings above 4 MB and numbers of more than {@value
 * #MAX_DIGITS} digits. Malformed text raises {@code tools.jackson.core.JacksonException}, which is
 * unchecked. Safe for use by any number of threads.
 */
public final class Json {

    /** Levels of objects and arrays that a document may have. */
    public static final int MAX_DEPTH = 64;

    /**
     * Levels that a value may have that is handed over to be kept: an input, an output, a result.
     * The rest of {@link #MAX_DEPTH} is for what it flows on and is shown in: an object of several
     * outputs, an event, a letter, a run as JSON.
     */
    public static final int MAX_VALUE_DEPTH = 56;

    /** Characters that one string may have. */
    public static final int MAX_STRING = 4 * 1024 * 1024;

    /** Digits that one number may have. */
    public static final int MAX_DIGITS = 1_000;

    /** What bounds every parser of this project, of JSON and of YAML alike. */
    static final StreamReadConstraints CONSTRAINTS =
            StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNameLength(MAX_STRING)
                    .maxNumberLength(MAX_DIGITS)
                    .build();

    private static final JsonMapper MAPPER = mapper(MAX_DEPTH);
    private static final JsonMapper VALUES = mapper(MAX_VALUE_DEPTH);

    private static final String TOO_MANY_DIGITS =
            "not a JSON number: it has more than " + MAX_DIGITS + " digits";

    private Json() {}

    private static JsonMapper mapper(int levels) {
        return JsonMapper.builder(
                        JsonFactory.builder()
                                .streamReadConstraints(
                                        CONSTRAINTS.rebuild().maxNestingDepth(levels).build())
                                // What could not be read again is not written.
                                .streamWriteConstraints(
                                        StreamWriteConstraints.builder()
                                                .maxNestingDepth(levels)
                                                .build())
                                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    /** The shared mapper itself, for libraries that want one. It cannot be reconfigured. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** {@code value} as compact UTF-8 JSON. */
    public static byte[] write(@Nullable Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /**
     * A value that is handed over to be kept, as compact UTF-8 JSON.
     *
     * @throws IllegalArgumentException if it is nested deeper than {@value #MAX_VALUE_DEPTH} levels
     */
    public static byte[] writeValue(@Nullable Object value) {
        try {
            return VALUES.writeValueAsBytes(value);
        } catch (JacksonException e) {
            // Depth is all that bounds a writer.
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof StreamConstraintsException) {
                    throw new IllegalArgumentException(
                            "a value may be nested %d levels deep, and this one is deeper"
                                    .formatted(MAX_VALUE_DEPTH),
                            e);
                }
            }
            throw e;
        }
    }

    /** {@code value} as compact JSON text. */
    public static String text(@Nullable Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** {@code value} as JSON text with line breaks, for people. */
    public static String pretty(@Nullable Object value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    }

    /** The object of {@code type} that the UTF-8 JSON {@code bytes} describe. */
    public static <T> T read(byte[] bytes, Class<T> type) {
        return MAPPER.readValue(bytes, type);
    }

    /** The object of {@code type} that the JSON {@code text} describes. */
    public static <T> T read(String text, Class<T> type) {
        return MAPPER.readValue(text, type);
    }

    /** The tree that the UTF-8 JSON {@code bytes} describe. */
    public static JsonNode tree(byte[] bytes) {
        return MAPPER.readTree(bytes);
    }

    /** The tree that the UTF-8 JSON {@code bytes} describe, or a missing node if they are none. */
    public static JsonNode treeIfAny(byte[] bytes) {
        try {
            return MAPPER.readTree(bytes);
        } catch (JacksonException garbled) {
            return MissingNode.getInstance();
        }
    }

    /** The tree that the JSON {@code text} describes. */
    public static JsonNode tree(String text) {
        return MAPPER.readTree(text);
    }

    /**
     * The tree that the JSON {@code text} describes, of a value that is handed over to be kept: it
     * has at most {@value #MAX_VALUE_DEPTH} levels.
     */
    public static JsonNode valueTree(String text) {
        return VALUES.readTree(text);
    }

    /**
     * A deeply immutable copy of a JSON value in one fixed form, so that a value is equal to itself
     * after a round trip through text: {@code null}, Boolean, well-formed String, List, Map with
     * text keys, and numbers as the first that holds them exactly of Integer, Long, BigInteger or
     * of Double, BigDecimal.
     *
     * @throws IllegalArgumentException if it is no JSON value, is not finite, or exceeds what this
     *     class reads
     */
    public static @Nullable Object value(@Nullable Object value) {
        return copy(value, 0);
    }

    /**
     * {@link #value(Object)} of an object.
     *
     * @param above levels of the document in which it will stand
     */
    public static Map<String, @Nullable Object> object(Map<?, ?> object, int above) {
        return copyOfMap(object, above + 1);
    }

    private static @Nullable Object copy(@Nullable Object value, int depth) {
        return switch (value) {
            case null -> null;
            case String text -> checked(text);
            case Boolean flag -> flag;
            case Number number -> number(number);
            case Map<?, ?> map -> copyOfMap(map, depth + 1);
            case List<?> list -> copyOfList(list, depth + 1);
            default ->
                    throw new IllegalArgumentException(
                            "not a JSON value: an instance of " + value.getClass().getName());
        };
    }

    private static Map<String, @Nullable Object> copyOfMap(Map<?, ?> map, int depth) {
        checkDepth(depth);
        Map<String, @Nullable Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException("not a JSON key: " + key);
            }
            copy.put(checked(name), copy(value, depth));
        });
        return Collections.unmodifiableMap(copy);
    }

    private static List<@Nullable Object> copyOfList(List<?> list, int depth) {
        checkDepth(depth);
        List<@Nullable Object> copy = new ArrayList<>(list.size());
        for (Object item : list) {
            copy.add(copy(item, depth));
        }
        return Collections.unmodifiableList(copy);
    }

    /** Whether a text can be written as UTF-8: it has no half of a surrogate pair. */
    public static boolean wellFormed(String text) {
        return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    private static String checked(String text) {
        if (!wellFormed(text)) {
            throw new IllegalArgumentException("not a JSON text: it has half a surrogate pair");
        }
        return text;
    }

    private static void checkDepth(int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("deeper than " + MAX_DEPTH + " levels");
        }
    }

    private static Number number(Number number) {
        return switch (number) {
            case Integer i -> i;
            case Byte b -> b.intValue();
            case Short s -> s.intValue();
            case Long l -> integer(BigInteger.valueOf(l));
            case BigInteger i -> integer(i);
            case Float f -> finite(f.doubleValue(), Float.toString(f));
            case Double d -> finite(d, Double.toString(d));
            case BigDecimal d -> decimal(d);
            default ->
                    throw new IllegalArgumentException(
                            "not a JSON number: an instance of " + number.getClass().getName());
        };
    }

    private static Number integer(BigInteger value) {
        if (value.bitLength() < Integer.SIZE) {
            return value.intValue();
        }
        if (value.bitLength() < Long.SIZE) {
            return value.longValue();
        }
        // No power of ten is smaller in bits than this; asked first since digits are dear to count.
        if (value.bitLength() > 4 * MAX_DIGITS || new BigDecimal(value).precision() > MAX_DIGITS) {
            throw new IllegalArgumentException(TOO_MANY_DIGITS);
        }
        return value;
    }

    private static Number finite(double value, String shown) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a JSON number: " + shown);
        }
        return Double.valueOf(shown);
    }

    private static Number decimal(BigDecimal value) {
        double nearest = value.doubleValue();
        boolean exact =
                Double.isFinite(nearest) && BigDecimal.valueOf(nearest).compareTo(value) == 0;
        if (exact) {
            return nearest;
        }
        if (value.precision() > MAX_DIGITS) {
            throw new IllegalArgumentException(TOO_MANY_DIGITS);
        }
        return value.stripTrailingZeros();
    }
}
