package dev.stepweir.orchestrator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunId;
import io.lettuce.core.StreamMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a batch of inbox entries asks for and removes them. An entry is only a bell: what it
 * says is looked up in the run, so one that nobody understands is dropped. Thread-safe.
 */
final class InboxEntries {

    private static final Logger LOG = LoggerFactory.getLogger(InboxEntries.class);

    private final Redis redis;
    private final RunStarter starter;

    InboxEntries(Redis redis, RunStarter starter) {
        this.redis = redis;
        this.starter = starter;
    }

    /** Does and removes; if it throws, all may be done again. */
    void take(Keys keys, List<StreamMessage<byte[], byte[]>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        List<RunId> start = new ArrayList<>();
        List<RunId> settle = new ArrayList<>();
        for (StreamMessage<byte[], byte[]> entry : batch) {
            Map<byte[], byte[]> body = entry.getBody();
            if (body != null) {
                body.forEach((kind, run) -> sort(keys, entry.getId(), kind, run, start, settle));
            }
        }
        starter.take(keys, start, settle);
        remove(keys, batch.stream().map(StreamMessage::getId).toArray(String[]::new));
    }

    private static void sort(
            Keys keys,
            String entryId,
            byte[] kind,
            byte[] runId,
            List<RunId> start,
            List<RunId> settle) {
        try {
            RunId run = new RunId(Bytes.text(runId));
            if (run.partition() != keys.partition()) {
                throw new IllegalArgumentException("run " + run + " is of another partition");
            }
            switch (Bytes.text(kind)) {
                case "start" -> start.add(run);
                case "settle" -> settle.add(run);
                default -> throw new IllegalArgumentException("unknown kind " + Bytes.text(kind));
            }
        } catch (IllegalArgumentException e) {
            LOG.warn("inbox entry {} dropped: {}", entryId, e.getMessage());
        }
    }

    /**
     * In this order: an orchestrator that dies in between leaves a pending entry without content,
     * which the next look for forgotten ones clears; the other way round nobody would ever find it.
     */
    private void remove(Keys keys, String[] ids) {
        byte[] inbox = Bytes.of(keys.inbox());
        CompletableFuture<Long> deleted = redis.commands().xdel(inbox, ids).toCompletableFuture();
        CompletableFuture<Long> acknowledged =
                redis.commands()
                        .xack(inbox, Bytes.of(Keys.ORCHESTRATOR_GROUP), ids)
                        .toCompletableFuture();
        RedisFutures.join(deleted);
        RedisFutures.join(acknowledged);
    }
}
