package dev.stepweir.testkit;

import io.lettuce.core.codec.RedisCodec;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Shows any bytes as one line: text as it is, everything else as {@code \xNN}. */
final class ReadableCodec implements RedisCodec<String, String> {

    static final ReadableCodec INSTANCE = new ReadableCodec();

    private ReadableCodec() {}

    @Override
    public String decodeKey(ByteBuffer bytes) {
        return decodeValue(bytes);
    }

    @Override
    public String decodeValue(ByteBuffer bytes) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
            return text.codePoints().anyMatch(Character::isISOControl) ? escaped(bytes) : text;
        } catch (CharacterCodingException e) {
            return escaped(bytes);
        }
    }

    @Override
    public ByteBuffer encodeKey(String key) {
        return StandardCharsets.UTF_8.encode(key);
    }

    @Override
    public ByteBuffer encodeValue(String value) {
        return StandardCharsets.UTF_8.encode(value);
    }

    private static String escaped(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining()) {
            int octet = bytes.get() & 0xff;
            if (octet >= 0x20 && octet < 0x7f) {
                text.append((char) octet);
            } else {
                text.append("\\x%02x".formatted(octet));
            }
        }
        return text.toString();
    }
}
