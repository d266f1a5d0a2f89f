package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.Round.Suspect;
import dev.stepweir.operator.doctor.RunPage.SeenRun;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.QueueEntries.Position;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ListParked;
import dev.stepweir.redis.script.ReconcileStep;
import dev.stepweir.redis.script.SetTimer;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import io.lettuce.core.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Whether somebody brings forward what moves: a ready step has an entry, a waiting one a timer, a
 * parked one its place on the list; a run that waits has a timer, and one with a deadline.
 */
final class StepLook {

    private final Partition partition;

    /** A step as read, of a run as read. */
    private record Seen(SeenRun run, String step) {

        String text() {
            return run.text(step);
        }

        StepField field() {
            return run.step(step);
        }

        StepAddress address() {
            return run.address(step);
        }

        String about() {
            return run.id() + "/" + step;
        }

        String dependency() {
            return run.graph().step(step).dependency();
        }
    }

    StepLook(Partition partition) {
        this.partition = partition;
    }

    /** What looks wrong with the steps of runs that have not ended. */
    List<Suspect<RunId>> at(List<SeenRun> runs) {
        List<Seen> ready = new ArrayList<>();
        List<Seen> waiting = new ArrayList<>();
        Map<String, List<Seen>> parked = new TreeMap<>();
        List<Seen> dead = new ArrayList<>();
        for (SeenRun run : runs) {
            RunState state = run.head().state();
            for (String step : run.steps()) {
                Seen seen = new Seen(run, step);
                if (seen.field().state() == StepState.DEAD) {
                    // Without the mark its letter was purged.
                    if (!seen.field().ledgers().deadLetter().isEmpty()) {
                        dead.add(seen);
                    }
                } else if (state.isClosed()) {
                    continue;
                }
                switch (seen.field().state()) {
                    case READY -> {
                        if (state == RunState.RUNNING) {
                            ready.add(seen);
                        }
                    }
                    case WAITING_FOR_RETRY -> waiting.add(seen);
                    case PARKED ->
                            parked.computeIfAbsent(seen.dependency(), d -> new ArrayList<>())
                                    .add(seen);
                    case PENDING, SUCCEEDED, SKIPPED, DEAD -> {}
                }
            }
        }
        List<Suspect<RunId>> suspects = new ArrayList<>(withoutEntry(ready));
        suspects.addAll(withoutTimer(waiting));
        suspects.addAll(runsWithoutTimer(runs));
        parked.forEach((dependency, steps) -> suspects.addAll(unlisted(dependency, steps)));
        suspects.addAll(withoutLetter(dead));
        return suspects;
    }

    private List<Suspect<RunId>> withoutEntry(List<Seen> ready) {
        Map<String, Position> delivered =
                partition
                        .entries()
                        .lastDelivered(
                                partition.keys(),
                                ready.stream().map(r -> r.address().queue()).distinct().toList());
        Map<Seen, CompletableFuture<Boolean>> looks = new LinkedHashMap<>();
        for (Seen each : ready) {
            Position position = delivered.get(each.address().queue());
            looks.put(
                    each,
                    position == null
                            ? CompletableFuture.completedFuture(false)
                            : partition
                                    .entries()
                                    .isThere(
                                            partition.keys(),
                                            each.address().queue(),
                                            each.field().published().entryId(),
                                            position));
        }
        List<Seen> lost = new ArrayList<>();
        looks.forEach((each, there) -> {
            if (!RedisFutures.join(there) && !isBeingResumed(each)) {
                lost.add(each);
            }
        });
        return lost.stream().map(this::withoutEntry).toList();
    }

    /** Who resumes a run announces what became ready while it was paused. */
    private boolean isBeingResumed(Seen seen) {
        byte[] lock = Bytes.of(partition.keys().resumeLock(seen.run().id()));
        return !seen.field().published().isAnnounced()
                && RedisFutures.join(partition.redis().commands().exists(lock)) > 0;
    }

    private Suspect<RunId> withoutEntry(Seen seen) {
        StepAddress address = seen.address();
        return Suspect.of(
                seen.run().id(),
                partition.finding(
                        Ailment.READY_WITHOUT_ENTRY,
                        seen.about(),
                        "is ready as dispatch "
                                + seen.field().published()
                                + ", which queue '"
                                + address.queue()
                                + "' does not have"),
                seen.text(),
                () -> {
                    partition.groups().ensure(partition.keys(), address);
                    String event =
                            HistoryEvent.record(
                                    HistoryEvent.REPUBLISHED, Map.of("step", seen.step()));
                    return new ReconcileStep(
                                    partition.keys(),
                                    address,
                                    seen.text(),
                                    seen.run().graph().dependencies(seen.step()),
                                    event)
                            .run(partition.redis().scripts());
                });
    }

    private List<Suspect<RunId>> withoutTimer(List<Seen> waiting) {
        Map<String, Double> timers =
                partition.scores(
                        partition.keys().timers(),
                        waiting.stream().map(each -> each.address().timer()).toList());
        return waiting.stream()
                .filter(each -> !timers.containsKey(each.address().timer()))
                .map(each ->
                        missingTimer(
                                new Due(
                                        each.run(),
                                        each.address().timer(),
                                        each.field().dueMillis()),
                                each.about(),
                                "waits for a retry",
                                each.text()))
                .toList();
    }

    /** What a timer brings forward. */
    private record Due(SeenRun run, String timer, long dueMillis) {}

    private List<Suspect<RunId>> runsWithoutTimer(List<SeenRun> runs) {
        Map<Due, String> due = new LinkedHashMap<>();
        for (SeenRun run : runs) {
            RunState state = run.head().state();
            if (state == RunState.RUNNING) {
                RunRetry.of(run.fields())
                        .ifPresent(waits ->
                                due.put(
                                        new Due(run, run.id().text(), waits.dueMillis()),
                                        "waits for a retry"));
            }
            if (!state.isClosed()) {
                RunDeadline.of(run.fields())
                        .ifPresent(deadline ->
                                due.put(
                                        new Due(
                                                run,
                                                RunDeadline.timer(run.id()),
                                                deadline.dueMillis()),
                                        "has a deadline"));
            }
        }
        Map<String, Double> timers =
                partition.scores(
                        partition.keys().timers(), due.keySet().stream().map(Due::timer).toList());
        List<Suspect<RunId>> suspects = new ArrayList<>();
        due.forEach((each, why) -> {
            if (!timers.containsKey(each.timer())) {
                String evidence = each.run().headText() + " " + each.dueMillis();
                suspects.add(missingTimer(each, each.run().id().text(), why, evidence));
            }
        });
        return suspects;
    }

    private Suspect<RunId> missingTimer(Due due, String about, String why, String evidence) {
        return Suspect.of(
                due.run().id(),
                partition.finding(Ailment.MISSING_TIMER, about, why + ", and has no timer"),
                evidence,
                () ->
                        new SetTimer(
                                        partition.keys(),
                                        due.timer(),
                                        due.dueMillis(),
                                        SetTimer.Only.MISSING)
                                .run(partition.redis().scripts()));
    }

    private List<Suspect<RunId>> withoutLetter(List<Seen> dead) {
        Map<Seen, CompletableFuture<Boolean>> looks = new LinkedHashMap<>();
        byte[] letters = Bytes.of(partition.keys().deadLetters());
        for (Seen each : dead) {
            String entry = each.field().ledgers().deadLetter();
            looks.put(
                    each,
                    partition
                            .redis()
                            .commands()
                            .xrange(letters, Range.create(entry, entry))
                            .toCompletableFuture()
                            .thenApply(found -> !found.isEmpty()));
        }
        List<Suspect<RunId>> suspects = new ArrayList<>();
        looks.forEach((each, there) -> {
            if (!RedisFutures.join(there)) {
                suspects.add(
                        Suspect.incurable(
                                each.run().id(),
                                partition.finding(
                                        Ailment.LOST_LETTER,
                                        each.about(),
                                        "is dead, and its letter is gone; 'dlq retry' puts it"
                                                + " back to work"),
                                each.text()));
            }
        });
        return suspects;
    }

    private List<Suspect<RunId>> unlisted(String dependency, List<Seen> parked) {
        byte[] dependencies = Bytes.of(partition.keys().parkedDependencies());
        boolean known =
                RedisFutures.join(
                        partition.redis().commands().sismember(dependencies, Bytes.of(dependency)));
        Map<String, Double> listed =
                partition.scores(
                        partition.keys().parked(dependency),
                        parked.stream().map(each -> each.address().timer()).toList());
        return parked.stream()
                .filter(each -> !known || !listed.containsKey(each.address().timer()))
                .map(each -> unlisted(dependency, each))
                .toList();
    }

    private Suspect<RunId> unlisted(String dependency, Seen seen) {
        return Suspect.of(
                seen.run().id(),
                partition.finding(
                        Ailment.UNLISTED_PARKED,
                        seen.about(),
                        "is parked by the breaker of '"
                                + dependency
                                + "', which does not know of it"),
                seen.text(),
                () ->
                        new ListParked(partition.keys(), seen.address(), seen.text(), dependency)
                                .run(partition.redis().scripts()));
    }
}
