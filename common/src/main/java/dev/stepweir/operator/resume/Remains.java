package dev.stepweir.operator.resume;

import dev.stepweir.failure.FailureCategory;
import dev.stepweir.json.Json;
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
import dev.stepweir.run.StepError;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.RetryPolicy;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.HashMap;
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
 * @param failures what the last failure of those was that have failed
 */
record Remains(
        RunId id,
        RunHead head,
        Graph graph,
        Map<String, String> texts,
        Set<String> letters,
        Map<String, FailureCategory> failures) {

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
        Map<String, String> texts = runs.stepTexts(keys, run, steps);
        return Optional.of(
                new Remains(
                        run,
                        head.get(),
                        graph.get(),
                        texts,
                        letters(redis, keys, run, steps),
                        failures(runs, keys, run, texts)));
    }

    private static Map<String, FailureCategory> failures(
            RunStore runs, Keys keys, RunId run, Map<String, String> texts) {
        Map<String, String> failed = new HashMap<>();
        texts.forEach((step, text) -> {
            if (hasFailed(StepField.parse(text).state())) {
                failed.put(StepFields.error(step), step);
            }
        });
        Map<String, FailureCategory> failures = new HashMap<>();
        runs.fields(keys, run, List.copyOf(failed.keySet()))
                .forEach((field, error) ->
                        failures.put(failed.getOrDefault(field, ""), category(error)));
        return failures;
    }

    private static FailureCategory category(String error) {
        try {
            return Optional.ofNullable(Json.read(error, StepError.class).category())
                    .orElse(FailureCategory.UNKNOWN);
        } catch (RuntimeException ofAnotherVersion) {
            return FailureCategory.UNKNOWN;
        }
    }

    static boolean hasFailed(StepState state) {
        return state == StepState.DEAD || state == StepState.WAITING_FOR_RETRY;
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

    /**
     * What a failed step has been through, with what was charged forgiven. Whoever fails it next
     * counts by the policy for that failure's category; the best guess is the last one's.
     */
    Ledgers forgiven(String step, ResumeOptions options) {
        Ledgers ledgers = field(step).ledgers();
        if (options.maxAdditionalRetries().isEmpty()) {
            return ledgers.rebased();
        }
        FailureCategory last = failures.getOrDefault(step, FailureCategory.UNKNOWN);
        RetryPolicy policy = graph.step(step).retry().forCategory(last);
        return ledgers.rebased(options.maxAdditionalRetries().getAsInt(), policy.attempts());
    }
}
