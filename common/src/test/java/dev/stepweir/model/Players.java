package dev.stepweir.model;

import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What clients, workers, orchestrators, reapers and operators know or once knew. They act on old
 * knowledge too: that is what the fences are for.
 */
final class Players {

    private static final List<RunId> RUNS =
            List.of(
                    new RunId("00000000-0000-7000-8000-000000000001"),
                    new RunId("00000000-0000-7000-8000-000000000002"),
                    new RunId("00000000-0000-7000-8000-000000000003"));

    /** Few have a name: they are soon superseded, and then nothing of theirs counts. */
    private static final List<String> WORKERS =
            List.of("w1", "w2", "w3", "w1", "w2", "w3", "n#1", "n#2");

    /**
     * A step in a worker's hands.
     *
     * @param announcement step and inputs, as its entry has them
     */
    record Held(
            String worker,
            StepAddress step,
            Dispatch dispatch,
            Ledgers ledgers,
            String announcement) {

        String expected() {
            return StepField.ready(dispatch, ledgers);
        }
    }

    /** An entry that was read outside of a turn. */
    record Read(String worker, String queue, String entryId, String entry) {}

    private final Map<RunId, Flow> flows = new LinkedHashMap<>();
    private final Map<StepAddress, List<String>> seen = new LinkedHashMap<>();
    private final List<Held> held = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();

    Players() {
        for (int i = 0; i < RUNS.size(); i++) {
            flows.put(RUNS.get(i), Flow.ALL.get(i + 1));
        }
    }

    /** Any run, stored or not. */
    RunId anyRun(RandomGenerator random) {
        return oneOf(RUNS, random);
    }

    /** Any run, but rather one that is stored. */
    RunId rather(World world, RandomGenerator random) {
        RunId run = anyRun(random);
        for (int i = 0; i < 3 && world.run(run) == null; i++) {
            run = anyRun(random);
        }
        return run;
    }

    String anyWorker(RandomGenerator random) {
        return oneOf(WORKERS, random);
    }

    Flow flow(RunId run) {
        return Optional.ofNullable(flows.get(run)).orElseThrow();
    }

    void accepted(RunId run, Flow flow) {
        flows.put(run, flow);
    }

    /** Any step of a run that has one; empty flows are looked for elsewhere. */
    StepAddress anyStep(World world, RandomGenerator random) {
        RunId run = rather(world, random);
        Flow flow = flow(run).steps().isEmpty() ? Flow.ALL.get(1) : flow(run);
        return flow.address(run, oneOf(flow.steps(), random));
    }

    void noted(StepAddress step, String text) {
        seen.computeIfAbsent(step, s -> new ArrayList<>()).add(text);
    }

    /** The step's field as somebody read it, mostly just now; empty when there was none. */
    String asRead(World world, StepAddress step, RandomGenerator random) {
        List<String> old = seen.getOrDefault(step, List.of());
        boolean late = random.nextInt(5) == 0 && !old.isEmpty();
        return late ? oneOf(old, random) : world.field(step.run(), step.field());
    }

    /** A step and its field as somebody once read it, of all that began so. */
    Optional<Map.Entry<StepAddress, String>> onceRead(String start, RandomGenerator random) {
        List<Map.Entry<StepAddress, String>> all = new ArrayList<>();
        seen.forEach((step, texts) ->
                texts.stream()
                        .filter(text -> text.startsWith(start))
                        .forEach(text -> all.add(Map.entry(step, text))));
        return all.isEmpty() ? Optional.empty() : Optional.of(oneOf(all, random));
    }

    /** The same, but rather of what is still so. */
    Optional<Map.Entry<StepAddress, String>> ratherStill(
            World world, String start, RandomGenerator random) {
        Optional<Map.Entry<StepAddress, String>> one = onceRead(start, random);
        for (int i = 0; i < random.nextInt(8) && one.isPresent(); i++) {
            StepAddress step = one.get().getKey();
            if (world.field(step.run(), step.field()).equals(one.get().getValue())) {
                return one;
            }
            one = onceRead(start, random);
        }
        return one;
    }

    void begun(String worker, String queue, String entryId, String entry, Ledgers ledgers) {
        QueueEntry parsed = QueueEntry.parse(entry);
        held.add(
                new Held(
                        worker,
                        new StepAddress(parsed.run(), parsed.step(), queue),
                        new Dispatch(parsed.number(), entryId),
                        ledgers,
                        parsed.announcement()));
    }

    boolean holdsNothing() {
        return held.isEmpty();
    }

    /**
     * A step that a worker has or had: mostly one that is still its own, now and then one that
     * never was.
     */
    Held anyHeld(World world, RandomGenerator random) {
        Held one = oneOf(held, random);
        boolean still = random.nextInt(5) > 0;
        for (int i = 0; still && i < 10 && !isCurrent(world, one); i++) {
            one = oneOf(held, random);
        }
        if (random.nextInt(25) > 0) {
            return one;
        }
        Dispatch never = new Dispatch(one.dispatch().number() + 1, one.dispatch().entryId());
        return new Held(one.worker(), one.step(), never, one.ledgers(), one.announcement());
    }

    private static boolean isCurrent(World world, Held held) {
        return world.field(held.step().run(), held.step().field()).equals(held.expected());
    }

    void read(Read read) {
        reads.add(read);
    }

    boolean hasReadNothing() {
        return reads.isEmpty();
    }

    Read anyRead(RandomGenerator random) {
        int most = random.nextInt(4) == 0 ? reads.size() : Math.min(3, reads.size());
        return reads.get(reads.size() - 1 - random.nextInt(most));
    }

    static <T> T oneOf(List<T> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }
}
