package dev.stepweir.testkit.proxy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a flow of bytes into the requests or replies of RESP2, whole ones only. Not safe for several
 * threads.
 */
final class RespFrames {

    private static final int INCOMPLETE = -1;

    private byte[] rest = new byte[0];
    private int length;

    /** What became complete with these bytes, each as it came over the wire. */
    List<byte[]> feed(byte[] bytes, int count) {
        if (length + count > rest.length) {
            rest = Arrays.copyOf(rest, Math.max(2 * rest.length, length + count));
        }
        System.arraycopy(bytes, 0, rest, length, count);
        length += count;
        List<byte[]> frames = new ArrayList<>();
        int from = 0;
        for (int end = endOf(from); end != INCOMPLETE; end = endOf(from)) {
            frames.add(Arrays.copyOfRange(rest, from, end));
            from = end;
        }
        System.arraycopy(rest, from, rest, 0, length - from);
        length -= from;
        return frames;
    }

    /** The bulk strings of a request: the command's name and its arguments. */
    static List<byte[]> words(byte[] request) {
        List<byte[]> words = new ArrayList<>();
        int at = lineEnd(request, 0, request.length);
        while (at != INCOMPLETE && at < request.length && request[at] == '$') {
            int size = number(request, at + 1);
            int start = lineEnd(request, at, request.length);
            words.add(Arrays.copyOfRange(request, start, start + size));
            at = start + size + 2;
        }
        return words;
    }

    private int endOf(int from) {
        int next = lineEnd(rest, from, length);
        if (next == INCOMPLETE) {
            return INCOMPLETE;
        }
        return switch (rest[from]) {
            case '$' -> {
                int size = number(rest, from + 1);
                int end = size < 0 ? next : next + size + 2;
                yield end <= length ? end : INCOMPLETE;
            }
            case '*' -> {
                int end = next;
                for (int left = number(rest, from + 1); left > 0 && end != INCOMPLETE; left--) {
                    end = endOf(end);
                }
                yield end;
            }
            default -> next;
        };
    }

    /** Where the line after the one that begins here starts. */
    private static int lineEnd(byte[] bytes, int from, int limit) {
        for (int i = from; i + 1 < limit; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
                return i + 2;
            }
        }
        return INCOMPLETE;
    }

    private static int number(byte[] bytes, int from) {
        int value = 0;
        int at = bytes[from] == '-' ? from + 1 : from;
        for (; bytes[at] != '\r'; at++) {
            value = 10 * value + bytes[at] - '0';
        }
        return bytes[from] == '-' ? -value : value;
    }
}
