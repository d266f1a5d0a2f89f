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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Reads of many runs in one round trip. A run that cannot be read, because something else is stored
 * under its name or in its head, is logged and left out. Thread-safe.
 */
final class RunReads {

    private final RunStore runs;

    /**
     * What was found of some runs; those that cannot be read are in neither.
     *
     * @param absent those that do not exist
     */
    record Heads(Map<RunId, RunHead> found, Set<RunId> absent) {}

    RunReads(Redis redis) {
        this.runs = new RunStore(redis);
    }

    /** The heads of those runs that can be read. */
    Heads heads(Keys keys, Collection<RunId> wanted) {
        Heads heads = new Heads(new LinkedHashMap<>(), new LinkedHashSet<>());
        each(wanted, run -> runs.fieldsAsync(keys, run, List.of("head")))
                .forEach((run, fields) -> {
                    String head = fields.get("head");
                    if (head == null) {
                        heads.absent().add(run);
                        return;
                    }
                    Refusals.readable(run, () -> RunHead.parse(head))
                            .ifPresent(read -> heads.found().put(run, read));
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
                String why = String.valueOf(Refusals.orThrow(failure).getMessage());
                Refusals.complain("run=" + run + " cannot be read", why);
            }
        });
        return values;
    }
}
