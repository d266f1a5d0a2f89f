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
                    new RunId("00000000-0000-7000-8000-000000000003"),
                    new RunId("00000000-0000-7000-8000-000000000004"));

    private static final List<String> WORKERS = List.of("w1", "w2", "w3");

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
            flows.put(RUNS.get(i), Flow.ALL.get(i));
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

    /** A step that a worker has or had, rather a late one, now and then one that never was. */
    Held anyHeld(RandomGenerator random) {
        int last = held.size() - 1;
        int most = random.nextInt(4) == 0 ? held.size() : Math.min(6, held.size());
        Held one = held.get(last - random.nextInt(most));
        if (random.nextInt(25) > 0) {
            return one;
        }
        Dispatch never = new Dispatch(one.dispatch().number() + 1, one.dispatch().entryId());
        return new Held(one.worker(), one.step(), never, one.ledgers(), one.announcement());
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
