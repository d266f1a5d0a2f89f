package dev.stepweir.bench;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a commit, a take, or both in one reply, flat: numbers are results per item, and strings are
 * the stream followed by entry id, field name and value per entry. Builds nothing else, because at
 * this rate a map per entry shows.
 */
final class FloorReply extends CommandOutput<byte[], byte[], FloorReply> {

    private final List<byte[]> strings = new ArrayList<>();
    private int items;
    private int applied;

    @SuppressWarnings("this-escape")
    FloorReply() {
        super(ByteArrayCodec.INSTANCE, null);
        this.output = this;
    }

    @Override
    public void set(long result) {
        items++;
        applied += (int) result;
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        if (bytes != null) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            strings.add(copy);
        }
    }

    @Override
    public void multi(int count) {
        // Flat on purpose: the order of strings and numbers says everything.
    }

    int items() {
        return items;
    }

    int applied() {
        return applied;
    }

    /** How many entries were taken. */
    int taken() {
        return strings.size() / 3;
    }

    byte[] entryId(int index) {
        return strings.get(1 + 3 * index);
    }

    /** {@code <run> <step> <dispatch number>}. */
    byte[] entry(int index) {
        return strings.get(3 + 3 * index);
    }

    /** Says little: the inherited form would print its output, which is this object. */
    @Override
    public String toString() {
        return "FloorReply[items=" + items + ", applied=" + applied + ", taken=" + taken() + "]";
    }
}
