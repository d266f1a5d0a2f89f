package dev.stepweir.redis;

import java.nio.charset.StandardCharsets;

/** Text as it travels: UTF-8. */
public final class Bytes {

    public static final byte[] EMPTY = new byte[0];

    private Bytes() {}

    public static byte[] of(String text) {
        return text.isEmpty() ? EMPTY : text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] of(long number) {
        return Long.toString(number).getBytes(StandardCharsets.ISO_8859_1);
    }

    public static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
