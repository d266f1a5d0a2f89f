package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.Round.Suspect;
import dev.stepweir.operator.doctor.RunPage.SeenRun;
import dev.stepweir.redis.script.RecountRun;
import dev.stepweir.redis.script.RecountStep;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether what a run counts is what a recount gives. */
final class CountLook {

    private final Partition partition;

    CountLook(Partition partition) {
        this.partition = partition;
    }

    /** What looks wrong with the counters of these runs. */
    List<Suspect<RunId>> at(List<SeenRun> runs) {
        List<Suspect<RunId>> suspects = new ArrayList<>();
        for (SeenRun run : runs) {
            deaths(run).ifPresent(suspects::add);
            if (run.head().state() != RunState.FAILED) {
                for (String step : run.steps()) {
                    join(run, step).ifPresent(suspects::add);
                }
                end(run).ifPresent(suspects::add);
            }
        }
        return suspects;
    }

    private Optional<Suspect<RunId>> deaths(SeenRun run) {
        List<String> dead =
                run.steps().stream()
                        .map(run::text)
                        .filter(text -> text.startsWith(StepState.DEAD + " "))
                        .toList();
        int counted = run.head().deadSteps();
        if (dead.size() == counted) {
            return Optional.empty();
        }
        return Optional.of(
                Suspect.of(
                        run.id(),
                        partition.finding(
                                Ailment.DEATHS_MISCOUNTED,
                                run.id().text(),
                                "counts " + counted + " dead steps, has " + dead.size()),
                        run.headText() + dead,
                        () -> recount(run)));
    }

    private Optional<Suspect<RunId>> join(SeenRun run, String step) {
        List<String> dependencies = run.graph().dependencies(step);
        String text = run.text(step);
        if (dependencies.isEmpty() || !(text.isEmpty() || isPending(text))) {
            return Optional.empty();
        }
        return miscounted(run, dependencies, text)
                .map(why ->
                        Suspect.of(
                                run.id(),
                                partition.finding(
                                        Ailment.JOIN_MISCOUNTED, run.id() + "/" + step, why),
                                evidence(run, dependencies, text),
                                () -> recount(run, step)));
    }

    private Optional<Suspect<RunId>> end(SeenRun run) {
        List<String> sinks = run.graph().sinks();
        String text = run.fields().getOrDefault(StepFields.END, "");
        return miscounted(run, sinks, text)
                .map(why ->
                        Suspect.of(
                                run.id(),
                                partition.finding(
                                        Ailment.JOIN_MISCOUNTED, run.id().text(), "its end " + why),
                                run.headText() + evidence(run, sinks, text),
                                () -> recount(run)));
    }

    private static boolean isPending(String text) {
        return text.startsWith(StepState.PENDING + " ");
    }

    /** As long as none has succeeded nothing has been counted, and one is not counted. */
    private static Optional<String> miscounted(SeenRun run, List<String> steps, String counter) {
        long open = steps.stream().filter(step -> !run.hasSucceeded(step)).count();
        if (open == 0) {
            return Optional.of("waits for nothing, and nothing brings it on");
        }
        boolean needed = steps.size() > 1 && (!counter.isEmpty() || open < steps.size());
        if (!needed) {
            return Optional.empty();
        }
        OptionalInt counted = counter.isEmpty() ? OptionalInt.of(steps.size()) : counted(counter);
        if (counted.isEmpty()) {
            return Optional.of("counts nothing ('" + counter + "'), there are " + open);
        }
        return counted.getAsInt() == open
                ? Optional.empty()
                : Optional.of(
                        "counts "
                                + counted.getAsInt()
                                + " open steps before it, there are "
                                + open);
    }

    /** Empty if it is no counter. */
    private static OptionalInt counted(String counter) {
        try {
            return OptionalInt.of(StepField.parse(counter).open());
        } catch (RuntimeException garbled) {
            return OptionalInt.empty();
        }
    }

    private static String evidence(SeenRun run, List<String> steps, String counter) {
        return counter + steps.stream().map(run::text).collect(Collectors.joining(";"));
    }

    private Object recount(SeenRun run) {
        List<String> sinks = run.graph().sinks();
        Set<String> last = new HashSet<>(sinks);
        List<String> others = run.steps().stream().filter(step -> !last.contains(step)).toList();
        return new RecountRun(partition.keys(), run.id(), sinks, others)
                .run(partition.redis().scripts());
    }

    private Object recount(SeenRun run, String step) {
        partition.groups().ensure(partition.keys(), run.address(step));
        String event = HistoryEvent.record(HistoryEvent.REPUBLISHED, Map.of("step", step));
        List<String> dependencies = run.graph().dependencies(step);
        return new RecountStep(partition.keys(), run.address(step), dependencies, event)
                .run(partition.redis().scripts());
    }
}
