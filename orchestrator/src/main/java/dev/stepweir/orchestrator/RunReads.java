package dev.stepweir.orchestrator;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import io.lettuce.core.RedisException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of many runs in one round trip. A run that cannot be read, because something else is stored
 * under its name, is logged and left out. Thread-safe.
 */
final class RunReads {

    private static final Logger LOG = LoggerFactory.getLogger(RunReads.class);

    private final RunStore runs;

    RunReads(Redis redis) {
        this.runs = new RunStore(redis);
    }

    /** The heads of those runs that exist. */
    Map<RunId, RunHead> heads(Keys keys, Collection<RunId> wanted) {
        Map<RunId, RunHead> heads = new LinkedHashMap<>();
        each(wanted, run -> runs.fieldsAsync(keys, run, List.of("head")))
                .forEach((run, fields) -> {
                    String head = fields.get("head");
                    if (head != null) {
                        heads.put(run, RunHead.parse(head));
                    }
                });
        return heads;
    }

    /** The named fields of each run. */
    Map<RunId, Map<String, String>> fields(Keys keys, Map<RunId, List<String>> wanted) {
        return each(
                wanted.keySet(),
                run -> runs.fieldsAsync(keys, run, wanted.getOrDefault(run, List.of())));
    }

    private static <T> Map<RunId, T> each(
            Collection<RunId> wanted, Function<RunId, CompletableFuture<T>> read) {
        Map<RunId, CompletableFuture<T>> replies = new LinkedHashMap<>();
        wanted.forEach(run -> replies.put(run, read.apply(run)));
        Map<RunId, T> values = new LinkedHashMap<>();
        replies.forEach((run, reply) -> {
            try {
                values.put(run, RedisFutures.join(reply));
            } catch (RedisException failure) {
                LOG.warn("run={} cannot be read: {}", run, Refusals.orThrow(failure).getMessage());
            }
        });
        return values;
    }
}
