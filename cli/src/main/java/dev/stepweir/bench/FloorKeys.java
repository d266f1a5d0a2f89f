package dev.stepweir.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The floor's Redis keys, of one partition. Same form as the product's, in a namespace of their
 * own: one hash tag per partition, so that every script stays within one slot.
 */
record FloorKeys(byte[] stream, byte[] runPrefix) {

    static FloorKeys of(String namespace, int partition) {
        String tag = "sw:{" + namespace + ":" + partition + "}:";
        return new FloorKeys(bytes(tag + "queue:noop"), bytes(tag + "run:"));
    }

    byte[] run(byte[] id) {
        return run(id, id.length);
    }

    /** The key of the run whose id is the first {@code length} bytes of an entry. */
    byte[] run(byte[] entry, int length) {
        return ByteBuffer.allocate(runPrefix.length + length)
                .put(runPrefix)
                .put(entry, 0, length)
                .array();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
