package dev.stepweir.operator.doctor;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.script.RetryRun;
import dev.stepweir.redis.script.RetryStep;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Timers: each is of a step, or a run, that waits. One of a cancelled run, and a run's deadline,
 * are left alone: they go when they are due.
 */
final class TimerRound implements Round<String> {

    private static final long PASSING_MILLIS = 5_000;

    private final Partition partition;

    TimerRound(Partition partition) {
        this.partition = partition;
    }

    @Override
    public List<Suspect<String>> look(List<String> timers) {
        Keys keys = partition.keys();
        long now = RedisTime.millis(partition.redis());
        Map<String, Double> there = partition.scores(keys.timers(), timers);
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        for (String timer : there.keySet()) {
            Partition.run(timer)
                    .ifPresent(run ->
                            wanted.computeIfAbsent(
                                            run,
                                            one ->
                                                    new ArrayList<>(
                                                            List.of("head", RunRetry.WAITS_FOR)))
                                    .add(StepFields.state(step(timer))));
        }
        Map<RunId, Map<String, String>> runs = partition.fields(wanted);
        List<Suspect<String>> suspects = new ArrayList<>();
        for (String timer : timers) {
            if (!RunDeadline.isTimer(timer) && isToStay(there.get(timer), now)) {
                Optional<RunId> run = Partition.run(timer);
                if (run.isEmpty()) {
                    suspects.add(garbled(timer));
                } else if (runs.containsKey(run.get())) {
                    orphan(timer, run.get(), runs.getOrDefault(run.get(), Map.of()))
                            .ifPresent(suspects::add);
                }
            }
        }
        return suspects;
    }

    /** One that is due about now goes by itself; a reconciler may have set it a moment too late. */
    private static boolean isToStay(@Nullable Double dueMillis, long now) {
        return dueMillis != null && Math.abs(dueMillis - now) > PASSING_MILLIS;
    }

    /** The step of a timer, or empty for that of a run. */
    private static String step(String timer) {
        return timer.length() > Partition.RUN_LENGTH + 1
                ? timer.substring(Partition.RUN_LENGTH + 1)
                : "";
    }

    private Optional<Suspect<String>> orphan(String timer, RunId run, Map<String, String> fields) {
        String step = step(timer);
        String text = fields.getOrDefault(StepFields.state(step), "");
        boolean waits =
                step.isEmpty()
                        ? fields.containsKey(RunRetry.WAITS_FOR)
                        : text.startsWith(StepState.WAITING_FOR_RETRY + " ");
        if ((waits && fields.containsKey("head")) || !Partition.isReadable(text)) {
            return Optional.empty();
        }
        String why = fields.containsKey("head") ? "does not wait" : "is gone";
        return Optional.of(
                Suspect.of(
                        timer,
                        partition.finding(
                                Ailment.ORPHAN_TIMER, "timer " + timer, "what it is for " + why),
                        text,
                        () -> {
                            StepAddress address = new StepAddress(run, step, "");
                            return step.isEmpty()
                                    ? RetryRun.ofNoWait(partition.keys(), run)
                                            .run(partition.redis().scripts())
                                    : new RetryStep(partition.keys(), address, text, List.of())
                                            .run(partition.redis().scripts());
                        }));
    }

    private Suspect<String> garbled(String timer) {
        return Suspect.of(
                timer,
                partition.finding(Ailment.ORPHAN_TIMER, "timer " + timer, "is of no run"),
                "",
                () ->
                        "REMOVED "
                                + RedisFutures.join(
                                        partition
                                                .redis()
                                                .commands()
                                                .zrem(
                                                        Bytes.of(partition.keys().timers()),
                                                        Bytes.of(timer))));
    }
}
