package dev.stepweir.redis;

import java.util.Arrays;

/**
 * How a value is kept in a field of a run: {@code =<bytes>} in place up to {@link #INLINE_LIMIT},
 * else {@code @}, and the bytes are in a key of their own. Small runs stay small in memory however
 * large one of their values is.
 */
public final class StoredValue {

    /** Largest value kept in the run's hash, in bytes. */
    public static final int INLINE_LIMIT = 4096;

    private static final byte[] REFERENCE = {'@'};

    private StoredValue() {}

    public static boolean isInline(byte[] value) {
        return value.length <= INLINE_LIMIT;
    }

    /** The field's content for a value kept in place. */
    public static byte[] inline(byte[] value) {
        byte[] field = new byte[value.length + 1];
        field[0] = '=';
        System.arraycopy(value, 0, field, 1, value.length);
        return field;
    }

    /** The field's content for a value kept elsewhere. */
    public static byte[] reference() {
        return REFERENCE.clone();
    }

    public static boolean isReference(byte[] field) {
        return field.length == 1 && field[0] == '@';
    }

    /** The value of a field that holds it in place. */
    public static byte[] value(byte[] field) {
        if (field.length == 0 || field[0] != '=') {
            throw new IllegalStateException("a stored value begins with = or @");
        }
        return Arrays.copyOfRange(field, 1, field.length);
    }
}
