package dev.stepweir.worker;

import dev.stepweir.redis.Bytes;
import dev.stepweir.run.QueueEntry;
import io.lettuce.core.StreamMessage;

/**
 * An entry that was read and is not begun yet; its slots are reserved.
 *
 * @param text what it says, see {@link QueueEntry}
 */
record ReadEntry(String queue, String id, byte[] text) {

    static ReadEntry of(String queue, StreamMessage<byte[], byte[]> message) {
        byte[] text = message.getBody().values().stream().findFirst().orElse(Bytes.EMPTY);
        return new ReadEntry(queue, message.getId(), text);
    }
}
