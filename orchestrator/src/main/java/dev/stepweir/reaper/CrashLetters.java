package dev.stepweir.reaper;

import dev.stepweir.failure.Classification;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepError;
import dev.stepweir.run.StepField;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the dead letter of a step that took its workers with it. */
final class CrashLetters {

    private static final int HISTORY_READ = 200;

    private final Redis redis;
    private final Keys keys;
    private final WorkflowStore workflows;

    CrashLetters(Redis redis, Keys keys) {
        this.redis = redis;
        this.keys = keys;
        this.workflows = new WorkflowStore(redis);
    }

    /**
     * The letter as JSON, as if the crash of {@code worker} were charged.
     *
     * @param field the step as stored, before that crash
     */
    String write(StepAddress step, String worker, StepField field, RunHead head) {
        Ledgers ledgers = field.ledgers().withCrash();
        List<String> workers = crashed(step);
        workers.add(worker);
        StepError error =
                StepError.ofEngine(
                        DeadLetter.Reason.CRASH_LOOP.name(),
                        "each of its last "
                                + ledgers.crashesSinceBase()
                                + " workers died while it executed this step: "
                                + String.join(", ", lastOf(workers, ledgers.crashesSinceBase())),
                        Classification.of(
                                FailureCategory.PERMANENT,
                                "CRASH_LOOP",
                                "look for what ends the worker's process: memory, exit, signals",
                                1),
                        field.ledgers().attempt(),
                        worker);
        Optional<Graph> graph = graph(head);
        Map<String, @Nullable Object> settings =
                graph.isPresent() && graph.get().contains(step.step())
                        ? graph.get().step(step.step()).settings()
                        : Map.of();
        return Json.text(
                new DeadLetter(
                        step.letterId(),
                        step.run().text(),
                        graph.map(g -> g.workflow().name()).orElse(""),
                        step.step(),
                        step.handler(),
                        DeadLetter.Reason.CRASH_LOOP,
                        error,
                        ledgers.failures() + ledgers.crashes(),
                        ledgers.failures(),
                        ledgers.crashes(),
                        settings,
                        field.published().toString()));
    }

    /** What cannot be read is only missing in the letter: the step must not wait for it. */
    private Optional<Graph> graph(RunHead head) {
        try {
            return workflows.find(keys, head.workflowHash());
        } catch (RedisException failure) {
            if (!Redis.concernsWhatWasAsked(failure)) {
                throw failure;
            }
            return Optional.empty();
        }
    }

    /** The workers that died over this step before, the latest last. */
    private List<String> crashed(StepAddress step) {
        List<String> workers = new ArrayList<>();
        byte[] key = Bytes.of(keys.history(step.run()));
        for (byte[] line : RedisFutures.join(redis.commands().lrange(key, -HISTORY_READ, -1))) {
            HistoryEvent event;
            try {
                event = HistoryEvent.parse(Bytes.text(line));
            } catch (RuntimeException garbled) {
                continue;
            }
            if (event.kind().equals(HistoryEvent.CRASHED)
                    && step.step().equals(event.details().get("step"))) {
                workers.add(String.valueOf(event.details().get("worker")));
            }
        }
        return workers;
    }

    private static List<String> lastOf(List<String> workers, int count) {
        return workers.subList(Math.max(0, workers.size() - count), workers.size());
    }
}
