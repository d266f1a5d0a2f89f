package dev.stepweir.json;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON values in one form: keys sorted at every level and numbers written one way, so that what
 * means the same has the same hash however it was written.
 */
public final class CanonicalJson {

    private CanonicalJson() {}

    /** A value whose objects have their keys sorted. */
    public static @Nullable Object sorted(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> sorted = new TreeMap<>();
                map.forEach((key, item) -> sorted.put((String) key, sorted(item)));
                yield sorted;
            }
            case List<?> list -> {
                List<@Nullable Object> items = new ArrayList<>(list.size());
                list.forEach(item -> items.add(sorted(item)));
                yield items;
            }
            case null, default -> value;
        };
    }

    /** SHA-256 of the canonical form of the UTF-8 JSON {@code json}, in hexadecimal digits. */
    public static String hash(byte[] json) {
        Object value = Json.mapper().readValue(json, Object.class);
        return sha256(Json.write(sorted(Json.value(value))));
    }

    private static String sha256(byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
