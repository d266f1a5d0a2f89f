package dev.stepweir.orchestrator;

import dev.stepweir.failure.FailureCategory;
import dev.stepweir.operator.letters.StoredLetter;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.Operation;
import dev.stepweir.redis.script.RetryRun;
import dev.stepweir.redis.script.RetryRun.Dead;
import dev.stepweir.redis.script.SetTimer;
import dev.stepweir.redis.script.SettleRun;
import dev.stepweir.redis.script.WaitRun;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.RetryPolicy;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * What becomes of a run that dead steps block: it fails, or it waits and is tried again, as its
 * workflow says. Only what used up its attempts is tried again; an error that no attempt can help,
 * and a step that takes its workers with it, are for a person. Thread-safe.
 */
final class RunRetries {

    private static final String HEAD = "head";

    private final Redis redis;
    private final RunStore runs;
    private final QueueGroups queues;
    private final RandomGenerator random = RandomGenerator.getDefault();

    RunRetries(Redis redis, QueueGroups queues) {
        this.redis = redis;
        this.runs = new RunStore(redis);
        this.queues = queues;
    }

    /** What is to be done about a run that dead steps block. */
    Operation<?> settlement(Keys keys, RunId run, Graph graph) {
        List<String> steps = graph.topologicalOrder();
        Optional<RetryPolicy> policy = graph.workflow().retry();
        if (policy.isEmpty()) {
            return new SettleRun(keys, run, steps);
        }
        Map<String, String> fields =
                runs.fields(keys, run, List.of(HEAD, RunRetry.ATTEMPT, RunRetry.WAITS_FOR));
        Optional<RunRetry> waits = RunRetry.of(fields);
        if (waits.isPresent()) {
            // It is blocked for as long as it waits; what may be missing is its timer.
            return new SetTimer(keys, run.text(), waits.get().dueMillis(), SetTimer.Only.MISSING);
        }
        int attempt = RunRetry.attempt(fields);
        if (policy.get().exhausted(attempt) || !mayHelp(keys, dead(keys, run, graph))) {
            return new SettleRun(keys, run, steps);
        }
        Duration delay = policy.get().delay(attempt, FailureCategory.UNKNOWN, random);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("attempt", attempt);
        details.put("max_attempts", policy.get().attempts());
        details.put("retry_in_ms", delay.toMillis());
        String event = HistoryEvent.record(HistoryEvent.RUN_WAITS, details);
        // Read before the dead steps: one that dies after them changes it, and rings again.
        String head = fields.getOrDefault(HEAD, "");
        return new WaitRun(keys, run, head, attempt, delay, steps, event);
    }

    /**
     * Tries a run again whose time has come; does nothing for one that does not wait. What is dead
     * by now decides: one that another attempt cannot help any more is given up.
     *
     * @throws RuntimeException what Redis refuses, or is stored in a wrong shape
     */
    RetryRun.Outcome retry(Keys keys, RunId run, String waitsFor, Graph graph) {
        List<Dead> dead = dead(keys, run, graph);
        if (!mayHelp(keys, dead)) {
            return givenUp(keys, run, waitsFor);
        }
        String event =
                HistoryEvent.record(
                        HistoryEvent.RUN_RETRIED,
                        Map.of(
                                "attempt",
                                RunRetry.parse(waitsFor).attempt(),
                                "steps",
                                dead.size()));
        int first = 0;
        while (true) {
            int end = Math.min(first + RetryRun.MOST_STEPS, dead.size());
            List<Dead> some = dead.subList(first, end);
            some.forEach(step -> queues.ensure(keys, step.address(run)));
            RetryRun.Outcome aim =
                    end == dead.size() ? RetryRun.Outcome.RETRIED : RetryRun.Outcome.MORE;
            RetryRun.Outcome outcome =
                    new RetryRun(keys, run, waitsFor, aim, some, event).run(redis.scripts());
            if (outcome != RetryRun.Outcome.MORE) {
                return outcome;
            }
            first = end;
        }
    }

    private RetryRun.Outcome givenUp(Keys keys, RunId run, String waitsFor) {
        Map<String, Integer> details = Map.of("attempt", RunRetry.parse(waitsFor).attempt());
        String event = HistoryEvent.record(HistoryEvent.RUN_GIVEN_UP, details);
        return new RetryRun(keys, run, waitsFor, RetryRun.Outcome.GIVEN_UP, List.of(), event)
                .run(redis.scripts());
    }

    /** Removes the timer of a run that is gone or does not wait (any more). */
    RetryRun.Outcome forget(Keys keys, RunId run) {
        return RetryRun.ofNoWait(keys, run).run(redis.scripts());
    }

    private List<Dead> dead(Keys keys, RunId run, Graph graph) {
        List<Dead> dead = new ArrayList<>();
        runs.stepTexts(keys, run, graph.topologicalOrder())
                .forEach((step, text) -> {
                    if (text.startsWith(StepState.DEAD + " ")) {
                        String handler = graph.step(step).handler();
                        dead.add(new Dead(step, handler, text, graph.dependencies(step)));
                    }
                });
        return dead;
    }

    private boolean mayHelp(Keys keys, List<Dead> dead) {
        List<CompletableFuture<List<StreamMessage<byte[], byte[]>>>> letters = new ArrayList<>();
        for (Dead step : dead) {
            String entry = StepField.parse(step.expected()).ledgers().deadLetter();
            if (entry.isEmpty()) {
                // Somebody purged its letter, and so does not want it tried again.
                return false;
            }
            letters.add(
                    redis.commands()
                            .xrange(
                                    Bytes.of(keys.deadLetters()),
                                    Range.create(entry, entry),
                                    Limit.from(1))
                            .toCompletableFuture());
        }
        return letters.stream()
                .flatMap(reply -> RedisFutures.join(reply).stream())
                .allMatch(RunRetries::isExhausted);
    }

    /** A letter that cannot be read is for a person. */
    private static boolean isExhausted(StreamMessage<byte[], byte[]> letter) {
        return StoredLetter.read(letter)
                .filter(read -> read.letter().reason() == DeadLetter.Reason.ATTEMPTS_EXHAUSTED)
                .isPresent();
    }
}
