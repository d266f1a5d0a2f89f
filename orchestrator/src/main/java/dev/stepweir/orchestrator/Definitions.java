package dev.stepweir.orchestrator;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.workflow.Fault;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.RedisException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * The definitions that runs are pinned to, and why some cannot be run: not stored, not readable, or
 * of a kind that this version does not execute. Thread-safe.
 */
final class Definitions {

    /** What there is to know of one definition. */
    sealed interface Found {}

    /** It can be run. */
    record Known(Graph graph) implements Found {}

    /** It cannot; {@code why} is a sentence for people. */
    record Unusable(String why) implements Found {}

    private static final int FAULTS_SHOWN = 5;

    private final WorkflowStore store;

    Definitions(Redis redis) {
        this.store = new WorkflowStore(redis);
    }

    /**
     * One answer for each hash, in one round trip at most.
     *
     * @throws RedisException when Redis is out of reach
     */
    Map<String, Found> find(Keys keys, Collection<String> hashes) {
        Map<String, Found> found = new HashMap<>();
        Map<String, CompletableFuture<Optional<Graph>>> reads = new LinkedHashMap<>();
        for (String hash : hashes) {
            reads.computeIfAbsent(hash, unread -> store.read(keys, unread));
        }
        reads.forEach((hash, reply) -> found.put(hash, read(hash, reply)));
        return found;
    }

    private static Found read(String hash, CompletableFuture<Optional<Graph>> reply) {
        try {
            return RedisFutures.join(reply)
                    .map(Definitions::usable)
                    .orElseGet(() -> new Unusable("its definition " + hash + " is not stored"));
        } catch (RedisException failure) {
            return new Unusable("its definition cannot be read: " + whyUnreadable(failure));
        }
    }

    /** What the parser said; throws again what is not about this definition but about Redis. */
    private static String whyUnreadable(RedisException failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.startsWith("WRONGTYPE")) {
            return message;
        }
        if (failure.getCause() instanceof RuntimeException parser
                && !(parser instanceof RedisException)) {
            return String.valueOf(parser.getMessage());
        }
        throw failure;
    }

    private static Found usable(Graph graph) {
        var faults = graph.workflow().runnable();
        if (faults.isEmpty()) {
            return new Known(graph);
        }
        String shown =
                faults.stream()
                        .limit(FAULTS_SHOWN)
                        .map(Fault::toString)
                        .collect(Collectors.joining("; "));
        int more = faults.size() - FAULTS_SHOWN;
        return new Unusable(more > 0 ? shown + "; and " + more + " more" : shown);
    }
}
