package dev.stepweir.operator.resume;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.RetryPolicy;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A run as read for a resume: its steps' fields, and which of them have a dead letter.
 *
 * @param texts the steps' fields as stored; steps that nothing happened to are left out
 * @param letters the steps that have a dead letter
 */
record Remains(
        RunId id, RunHead head, Graph graph, Map<String, String> texts, Set<String> letters) {

    private static final int LETTERS_PER_READ = 500;

    /** Empty when there is no such run. */
    static Optional<Remains> read(Redis redis, WorkflowStore workflows, Keys keys, RunId run) {
        RunStore runs = new RunStore(redis);
        Optional<RunHead> head = runs.head(keys, run);
        Optional<Graph> graph = head.flatMap(known -> workflows.of(keys, run, known));
        if (graph.isEmpty()) {
            return Optional.empty();
        }
        List<String> steps = graph.get().topologicalOrder();
        return Optional.of(
                new Remains(
                        run,
                        head.get(),
                        graph.get(),
                        runs.stepTexts(keys, run, steps),
                        letters(redis, keys, run, steps)));
    }

    private static Set<String> letters(Redis redis, Keys keys, RunId run, List<String> steps) {
        byte[] index = Bytes.of(keys.letterIndex());
        List<CompletableFuture<List<KeyValue<byte[], byte[]>>>> reads = new ArrayList<>();
        for (int first = 0; first < steps.size(); first += LETTERS_PER_READ) {
            byte[][] ids =
                    steps.subList(first, Math.min(first + LETTERS_PER_READ, steps.size())).stream()
                            .map(step -> Bytes.of(new StepAddress(run, step, "").letterId()))
                            .toArray(byte[][]::new);
            reads.add(redis.commands().hmget(index, ids).toCompletableFuture());
        }
        Set<String> letters = new HashSet<>();
        int prefix = run.text().length() + 1;
        for (CompletableFuture<List<KeyValue<byte[], byte[]>>> read : reads) {
            RedisFutures.join(read).stream()
                    .filter(KeyValue::hasValue)
                    .forEach(letter -> letters.add(Bytes.text(letter.getKey()).substring(prefix)));
        }
        return letters;
    }

    List<String> steps() {
        return graph.topologicalOrder();
    }

    StepField field(String step) {
        String text = texts.get(step);
        return text == null ? StepField.ABSENT : StepField.parse(text);
    }

    boolean hasLetter(String step) {
        return letters.contains(step);
    }

    /** The step's field as stored. */
    String text(String step) {
        return texts.getOrDefault(step, "");
    }

    StepAddress address(String step, Ledgers ledgers) {
        return StepAddress.of(id, step, graph.step(step).handler(), ledgers);
    }

    /** What a failed step has been through, with what was charged forgiven. */
    Ledgers forgiven(String step, ResumeOptions options) {
        Ledgers ledgers = field(step).ledgers();
        if (options.maxAdditionalRetries().isEmpty()) {
            return ledgers.rebased();
        }
        RetryPolicy policy = graph.step(step).retry();
        return ledgers.rebased(
                options.maxAdditionalRetries().getAsInt(),
                policy.retryable() ? policy.maxAttempts() : 1);
    }
}
