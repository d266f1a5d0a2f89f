package dev.stepweir.operator.doctor;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.RecountWorkflow;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Definitions by their hashes: each counts as many runs as use it. Runs come and go while they are
 * counted, so a count stands only if the next one found the same runs and the counter was the same
 * after both: then it was right at the moment between them.
 */
final class DefinitionRound implements Round<String> {

    private final Partition partition;
    private final Consumer<Consumer<List<RunId>>> allRuns;

    /** How many runs use a definition, and a sum over their ids. */
    private static final class Count {
        private long runs;
        private long sum;
    }

    /**
     * A round.
     *
     * @param allRuns walks the runs of the partition
     */
    DefinitionRound(Partition partition, Consumer<Consumer<List<RunId>>> allRuns) {
        this.partition = partition;
        this.allRuns = allRuns;
    }

    @Override
    public List<Suspect<String>> look(List<String> hashes) {
        Optional<Map<String, Count>> counted = count();
        if (counted.isEmpty()) {
            return List.of();
        }
        Map<String, Count> counts = counted.get();
        Map<String, CompletableFuture<String>> said = new LinkedHashMap<>();
        for (String hash : hashes) {
            byte[] key = Bytes.of(partition.keys().workflow(hash));
            said.put(
                    hash,
                    partition
                            .redis()
                            .commands()
                            .hget(key, Bytes.of("runs"))
                            .toCompletableFuture()
                            .thenApply(runs -> runs == null ? "" : Bytes.text(runs)));
        }
        List<Suspect<String>> suspects = new ArrayList<>();
        said.forEach((hash, reply) -> {
            Count count = counts.getOrDefault(hash, new Count());
            String runs = RedisFutures.join(reply);
            byte[] key = Bytes.of(partition.keys().workflow(hash));
            if (!runs.equals(String.valueOf(count.runs))
                    && RedisFutures.join(partition.redis().commands().exists(key)) > 0) {
                suspects.add(miscounted(hash, runs, count));
            }
        });
        return suspects;
    }

    private Optional<Map<String, Count>> count() {
        Map<String, Count> counts = new HashMap<>();
        AtomicBoolean unreadable = new AtomicBoolean();
        allRuns.accept(runs -> {
            Map<RunId, List<String>> heads = new LinkedHashMap<>();
            runs.forEach(run -> heads.put(run, List.of("head")));
            Map<RunId, Map<String, String>> read = partition.fields(heads);
            read.forEach((run, fields) -> {
                String head = fields.get("head");
                if (head != null) {
                    try {
                        count(run, RunHead.parse(head).workflowHash(), counts);
                    } catch (RuntimeException garbled) {
                        unreadable.set(true);
                    }
                }
            });
            unreadable.compareAndSet(false, read.size() < heads.size());
        });
        // A run that cannot be read may use any of them.
        return unreadable.get() ? Optional.empty() : Optional.of(counts);
    }

    private static void count(RunId run, String hash, Map<String, Count> counts) {
        Count count = counts.computeIfAbsent(hash, one -> new Count());
        count.runs++;
        // The end of an id is random.
        count.sum += Long.parseUnsignedLong(run.text(), 24, 36, 16) * 0x9E3779B97F4A7C15L;
    }

    private Suspect<String> miscounted(String hash, String said, Count count) {
        return Suspect.of(
                hash,
                partition.finding(
                        Ailment.DEFINITION_MISCOUNTED,
                        "definition " + hash,
                        "counts "
                                + (said.isEmpty() ? "no" : said)
                                + " runs, there are "
                                + count.runs),
                said + " " + count.runs + " " + count.sum,
                () ->
                        new RecountWorkflow(partition.keys(), hash, said, count.runs)
                                .run(partition.redis().scripts()));
    }
}
