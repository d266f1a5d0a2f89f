package dev.stepweir.operator.doctor;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueEntries;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One partition, and the reads that several rounds make of it: many in one round trip. */
record Partition(
        Redis redis,
        Keys keys,
        RunStore runs,
        WorkflowStore workflows,
        QueueEntries entries,
        QueueGroups groups) {

    Finding finding(Ailment ailment, String about, String message) {
        return new Finding(ailment, keys.partition(), about, message);
    }

    /** One reply for each; those that Redis refuses because of what is stored are left out. */
    <K, V> Map<K, V> each(Collection<K> wanted, Function<K, CompletableFuture<V>> read) {
        Map<K, CompletableFuture<V>> replies = new LinkedHashMap<>();
        wanted.forEach(one -> replies.put(one, read.apply(one)));
        Map<K, V> values = new LinkedHashMap<>();
        replies.forEach((one, reply) -> {
            try {
                V value = RedisFutures.join(reply);
                if (value != null) {
                    values.put(one, value);
                }
            } catch (RedisCommandExecutionException failure) {
                if (Redis.isPassing(failure)) {
                    throw failure;
                }
            }
        });
        return values;
    }

    /** The named fields of runs; of a run that is gone there are none. */
    Map<RunId, Map<String, String>> fields(Map<RunId, List<String>> wanted) {
        return each(
                wanted.keySet(),
                run -> runs.fieldsAsync(keys, run, wanted.getOrDefault(run, List.of())));
    }

    /** The members that a sorted set has, with their scores. */
    Map<String, Double> scores(String key, Collection<String> members) {
        List<String> asked = List.copyOf(members);
        if (asked.isEmpty()) {
            return Map.of();
        }
        byte[][] texts = asked.stream().map(Bytes::of).toArray(byte[][]::new);
        List<@Nullable Double> scores =
                new ArrayList<>(RedisFutures.join(redis.commands().zmscore(Bytes.of(key), texts)));
        Map<String, Double> found = new HashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            Double score = scores.get(i);
            if (score != null) {
                found.put(asked.get(i), score);
            }
        }
        return found;
    }

    /** Whether a step's field can be read; nothing is said about one that cannot. */
    static boolean isReadable(String field) {
        try {
            return field.isEmpty() || StepField.parse(field).state() != null;
        } catch (RuntimeException garbled) {
            return false;
        }
    }

    /** The run that a text begins with. */
    static Optional<RunId> run(String text) {
        try {
            return Optional.of(new RunId(text.substring(0, Math.min(RUN_LENGTH, text.length()))));
        } catch (IllegalArgumentException garbled) {
            return Optional.empty();
        }
    }

    /** Length of a run's id. */
    static final int RUN_LENGTH = 36;
}
