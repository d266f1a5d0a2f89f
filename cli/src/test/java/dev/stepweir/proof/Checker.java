package dev.stepweir.proof;

import dev.stepweir.proof.StoredPartition.StoredRun;
import dev.stepweir.proof.Witness.Testimony;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells, from what Redis holds and from what a witness outside the engine wrote down, which
 * invariants do not hold. To be asked when faults have ended and nothing is under way; what may
 * still settle is seen by asking again.
 */
final class Checker {

    private static final List<RunState> LISTS =
            List.of(RunState.RUNNING, RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED);

    private final List<Violation> found = new ArrayList<>();
    private final List<Testimony> testimonies;

    private Checker(List<Testimony> testimonies) {
        this.testimonies = testimonies;
    }

    /**
     * All violations.
     *
     * @param accepted the runs that a client was told to be accepted
     * @param testimonies everything that the witness wrote about this namespace
     */
    static List<Violation> check(
            Redis redis,
            Namespace namespace,
            Collection<RunId> accepted,
            List<Testimony> testimonies) {
        Checker checker = new Checker(testimonies);
        Set<RunId> stored = new HashSet<>();
        for (Keys keys : namespace.all()) {
            StoredPartition partition = StoredPartition.read(redis, keys);
            checker.check(partition);
            stored.addAll(partition.runs().keySet());
        }
        accepted.stream()
                .filter(run -> !stored.contains(run))
                .forEach(run -> checker.violated(Invariant.NOT_LOST, run.text()));
        return List.copyOf(checker.found);
    }

    private void violated(Invariant invariant, String about) {
        found.add(new Violation(invariant, about));
    }

    private void check(StoredPartition partition) {
        Map<String, List<Testimony>> byRun = WitnessCheck.byRun(testimonies);
        for (StoredRun run : partition.runs().values()) {
            if (!run.state().isClosed()) {
                violated(Invariant.FINISHED, run.id() + " is " + run.state());
                rescuable(partition, run);
            }
            steps(run);
            ending(run);
            letters(partition, run);
            List<Testimony> own = byRun.getOrDefault(run.id().text(), List.of());
            found.addAll(new WitnessCheck(run, own).check());
        }
        lists(partition);
        queues(partition);
        orphans(partition);
        partition.unknown().forEach(key -> violated(Invariant.NOTHING_UNKNOWN, key));
    }

    /** A step that moves has an entry or a timer, and its run is where repair looks for it. */
    private void rescuable(StoredPartition partition, StoredRun run) {
        if (!partition.members(partition.keys().openRuns()).contains(run.id().text())) {
            violated(Invariant.RESCUABLE, run.id() + " is not among the open runs");
        }
        boolean waitsAsWhole = run.fields().containsKey(RunRetry.WAITS_FOR);
        Set<String> timers = partition.members(partition.keys().timers());
        if (waitsAsWhole && !timers.contains(run.id().text())) {
            violated(Invariant.RESCUABLE, run.id() + " waits for a retry without a timer");
        }
        boolean hasDeadline = run.fields().containsKey(RunDeadline.FIELD);
        if (hasDeadline && !timers.contains(RunDeadline.timer(run.id()))) {
            violated(Invariant.RESCUABLE, run.id() + " has a deadline without a timer");
        }
        boolean moving = run.state() == RunState.SUBMITTED || waitsAsWhole;
        for (String step : run.steps()) {
            StepField field = run.step(step);
            moving |= field.state().isMoving();
            String where = run.id() + "/" + step;
            if (field.state() == StepState.READY) {
                String queue = partition.keys().queue(run.graph().step(step).handler());
                String entry = field.published().entryId();
                boolean there =
                        partition.entries(queue).containsKey(entry)
                                || partition.held(queue, Keys.WORKER_GROUP).contains(entry);
                if (!there) {
                    violated(Invariant.RESCUABLE, where + " is ready without an entry");
                }
            }
            boolean waits = field.state() == StepState.WAITING_FOR_RETRY;
            if (waits && !timers.contains(timer(run, step))) {
                violated(Invariant.RESCUABLE, where + " waits for a retry without a timer");
            }
            String parked = partition.keys().parked(run.graph().step(step).dependency());
            boolean held = field.state() == StepState.PARKED;
            if (held && !partition.members(parked).contains(timer(run, step))) {
                violated(Invariant.RESCUABLE, where + " is parked and not listed");
            }
        }
        if (!moving && run.state() == RunState.RUNNING) {
            violated(Invariant.RESCUABLE, run.id() + " runs, and nothing in it moves");
        }
    }

    private void steps(StoredRun run) {
        int deaths = 0;
        for (String step : run.steps()) {
            StepField field = run.step(step);
            String where = run.id() + "/" + step;
            long missing = missing(run, run.graph().dependencies(step));
            deaths += field.state() == StepState.DEAD ? 1 : 0;
            if (field.state() != StepState.PENDING && missing > 0) {
                violated(Invariant.IN_ORDER, where + " is " + field.state());
            }
            boolean counts = run.fields().containsKey(StepFields.state(step));
            if (field.state() == StepState.PENDING && counts && field.open() != missing) {
                violated(
                        Invariant.JOINS_COUNTED,
                        where + " waits for " + field.open() + ", not " + missing);
            }
        }
        if (deaths != run.head().deadSteps()) {
            violated(
                    Invariant.DEATHS_COUNTED,
                    run.id() + " counts " + run.head().deadSteps() + ", has " + deaths);
        }
        String ends = run.fields().get(StepFields.END);
        long missing = missing(run, run.graph().sinks());
        if (ends != null && missing > 0 && StepField.parse(ends).open() != missing) {
            violated(Invariant.JOINS_COUNTED, run.id() + " has " + ends + " for its end");
        }
    }

    private static long missing(StoredRun run, List<String> steps) {
        return steps.stream().filter(step -> !run.step(step).state().isFinal()).count();
    }

    private void ending(StoredRun run) {
        long missing = missing(run, run.steps());
        boolean refused = run.fields().get("started") == null;
        if (run.state() == RunState.COMPLETED && missing > 0) {
            violated(Invariant.ENDED_RIGHTLY, run.id() + " completed without " + missing);
        }
        if (run.state() == RunState.RUNNING && missing == 0) {
            violated(Invariant.ENDED_RIGHTLY, run.id() + " runs on, all its steps are done");
        }
        boolean late = RunDeadline.REASON.equals(run.fields().get("why"));
        boolean blocked = run.head().deadSteps() > 0;
        if (run.state() == RunState.FAILED && !blocked && !refused && !late) {
            violated(Invariant.ENDED_RIGHTLY, run.id() + " failed without a dead step");
        }
    }

    private void letters(StoredPartition partition, StoredRun run) {
        Map<String, String> index = partition.hash(partition.keys().letterIndex());
        Set<String> entries = partition.entries(partition.keys().deadLetters()).keySet();
        for (String step : run.steps()) {
            StepField field = run.step(step);
            String id = new StepAddress(run.id(), step, "").letterId();
            Optional<String> letter = Optional.ofNullable(index.get(id));
            boolean dead = field.state() == StepState.DEAD;
            // One that an operator purged is not named any more.
            if (dead && !letter.orElse("").equals(field.ledgers().deadLetter())) {
                violated(Invariant.LETTERS_KEPT, id + " is dead, the index says " + letter);
            }
            if (letter.isPresent() && !entries.contains(letter.get())) {
                violated(Invariant.LETTERS_KEPT, id + " has lost its entry " + letter.get());
            }
            if (letter.isPresent() && field.state().isFinal()) {
                violated(Invariant.LETTERS_KEPT, id + " is " + field.state());
            }
        }
    }

    private void lists(StoredPartition partition) {
        for (RunState state : LISTS) {
            Set<String> listed = partition.members(partition.keys().runsIn(state));
            for (String id : listed) {
                Optional<RunState> real = partition.run(new RunId(id)).map(StoredRun::state);
                boolean right =
                        real.map(partition.keys()::runsIn)
                                .equals(Optional.of(partition.keys().runsIn(state)));
                if (!right) {
                    violated(Invariant.LISTED_ONCE, id + " as " + state + ", is " + real);
                }
            }
            for (StoredRun run : partition.runs().values()) {
                if (run.state() == state && !listed.contains(run.id().text())) {
                    violated(Invariant.LISTED_ONCE, run.id() + " not as " + state);
                }
            }
        }
    }

    private void queues(StoredPartition partition) {
        for (String queue : partition.queues()) {
            partition
                    .entries(queue)
                    .forEach((id, entry) ->
                            violated(
                                    Invariant.NOTHING_QUEUED,
                                    queue
                                            + " "
                                            + id
                                            + " "
                                            + (isCurrent(partition, id, entry)
                                                    ? entry
                                                    : entry + ", which no step names")));
            partition
                    .held(queue, Keys.WORKER_GROUP)
                    .forEach(id -> violated(Invariant.NOTHING_QUEUED, queue + " holds " + id));
        }
        String inbox = partition.keys().inbox();
        partition
                .entries(inbox)
                .forEach((id, entry) ->
                        violated(Invariant.NOTHING_QUEUED, inbox + " " + id + " " + entry));
        partition
                .held(inbox, Keys.ORCHESTRATOR_GROUP)
                .forEach(id -> violated(Invariant.NOTHING_QUEUED, inbox + " holds " + id));
    }

    private static boolean isCurrent(StoredPartition partition, String id, String text) {
        QueueEntry entry = QueueEntry.parse(text);
        return partition
                .run(entry.run())
                .map(run -> run.step(entry.step()))
                .filter(field -> field.state() == StepState.READY)
                .filter(field -> field.published().entryId().equals(id))
                .isPresent();
    }

    private void orphans(StoredPartition partition) {
        Keys keys = partition.keys();
        Set<String> timers = partition.members(keys.timers());
        for (StoredRun run : partition.runs().values()) {
            if (run.fields().containsKey(RunRetry.WAITS_FOR)) {
                timers.remove(run.id().text());
            }
            // Of a run that has ended it goes when it is due.
            if (run.fields().containsKey(RunDeadline.FIELD)) {
                timers.remove(RunDeadline.timer(run.id()));
            }
            for (String step : run.steps()) {
                if (run.step(step).state() == StepState.WAITING_FOR_RETRY) {
                    timers.remove(timer(run, step));
                }
            }
        }
        timers.forEach(timer -> violated(Invariant.NO_ORPHANS, "timer " + timer));
        String sample = keys.history(RunId.create(keys.partition()));
        String histories = sample.substring(0, sample.length() - 36);
        for (String id : partition.namesAfter(histories)) {
            if (partition.run(new RunId(id)).isEmpty()) {
                violated(Invariant.NO_ORPHANS, "history of " + id);
            }
        }
        String blobs = keys.blob(RunId.create(keys.partition()), "").replaceAll(".{37}$", "");
        for (String blob : partition.namesAfter(blobs)) {
            Optional<StoredRun> run = partition.run(new RunId(blob.substring(0, 36)));
            String field = blob.substring(37);
            if (run.filter(r -> "@".equals(r.fields().get(field))).isEmpty()) {
                violated(Invariant.NO_ORPHANS, "value " + blob);
            }
        }
        for (String hash : partition.namesAfter(keys.workflow(""))) {
            long runs =
                    partition.runs().values().stream()
                            .filter(run -> run.head().workflowHash().equals(hash))
                            .count();
            String counted = partition.hash(keys.workflow(hash)).getOrDefault("runs", "none");
            if (!counted.equals(String.valueOf(runs))) {
                violated(Invariant.NO_ORPHANS, hash + " counts " + counted + " runs, has " + runs);
            }
        }
        Map<String, String> index = partition.hash(keys.letterIndex());
        Set<String> letters = partition.entries(keys.deadLetters()).keySet();
        letters.stream()
                .filter(id -> !index.containsValue(id))
                .forEach(id -> violated(Invariant.NO_ORPHANS, "dead letter " + id));
        index.keySet().stream()
                .filter(id -> partition.run(new RunId(id.substring(0, 36))).isEmpty())
                .forEach(id -> violated(Invariant.NO_ORPHANS, "dead letter of " + id));
    }

    private static String timer(StoredRun run, String step) {
        return new StepAddress(run.id(), step, "").timer();
    }
}
