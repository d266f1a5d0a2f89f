package dev.stepweir.model;

import dev.stepweir.model.Players.Held;
import dev.stepweir.model.Players.Read;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.AdvanceSteps;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.StepDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** One turn of a worker's lane: commits, begins, takes. */
final class Advance implements Act {

    private static final int TOOK = 15;

    @Override
    public Optional<Script> script() {
        return Optional.of(Script.ADVANCE_STEPS);
    }

    @Override
    public Set<String> outcomes() {
        return Set.of(
                "APPLIED",
                "ALREADY",
                "STALE",
                "RUN_CLOSED",
                "GONE",
                "begun",
                "dropped",
                "rung",
                "no group",
                "run completed",
                "large output",
                "superseded");
    }

    @Override
    public Optional<Deed> perform(World world, RandomGenerator random) {
        return new InOneTurn(world, random).perform();
    }

    /** What waited for a step goes on; true when the run has no other. */
    static boolean unblock(World world, RunId run, String step) {
        Flow flow = world.players.flow(run);
        List<StepDefinition> successors = flow.successors(step);
        if (successors.isEmpty()) {
            return countDown(world, run, StepFields.END, flow.ends());
        }
        for (StepDefinition next : successors) {
            StepAddress address = flow.address(run, next.name());
            if (countDown(world, run, address.field(), next.dependencies().size())) {
                world.publish(address, flow.announcement(next.name()), 1, Ledgers.NONE);
            }
        }
        return false;
    }

    private static boolean countDown(World world, RunId run, String field, int dependencies) {
        String counter = world.field(run, field);
        int open =
                counter.isEmpty()
                        ? dependencies
                        : Integer.parseInt(counter.substring("PENDING ".length()));
        if (open > 1) {
            world.set(run, field, "PENDING " + (open - 1));
        }
        return open == 1;
    }

    /** A commit, with the place that it has among those added. */
    private record Item(int place, Held held, Commit commit) {}

    /** A queue and the most to take from it. */
    private record Take(String queue, int atMost) {}

    private static final class InOneTurn {

        private final World world;
        private final RandomGenerator random;
        private final String worker;
        private final List<Item> items = new ArrayList<>();
        private final List<Read> reads = new ArrayList<>();
        private final List<Take> takes = new ArrayList<>();
        private final List<String[]> removedLater = new ArrayList<>();
        private final List<String> begun = new ArrayList<>();
        private final List<String> outcomes = new ArrayList<>();
        private final int budget;

        InOneTurn(World world, RandomGenerator random) {
            this.world = world;
            this.random = random;
            this.worker = world.players.anyWorker(random);
            this.budget = random.nextInt(5);
        }

        Optional<Deed> perform() {
            choose();
            if (items.isEmpty() && reads.isEmpty() && takes.isEmpty()) {
                return Optional.empty();
            }
            String words = worker + " commits " + items + " begins " + reads + " takes " + takes;
            if (world.isSuperseded(worker)) {
                List<Result> stale = Collections.nCopies(items.size(), Result.STALE);
                String refused = shown(stale, begun, true);
                return Optional.of(new Deed(words, refused, List.of("superseded"), this::send));
            }
            Result[] results = new Result[items.size()];
            for (List<Item> round : inOrder()) {
                boolean rings = false;
                for (Item item : round) {
                    boolean beside = standsBesideDeadOnes(item.commit().run());
                    results[item.place()] = commit(item);
                    outcomes.add(results[item.place()].name());
                    rings |= beside && results[item.place()] == Result.APPLIED;
                }
                if (rings) {
                    outcomes.add("rung");
                    world.inbox.add("settle=" + round.getFirst().commit().run());
                }
            }
            boolean stopped = beginAndTake();
            removedLater.forEach(entry -> world.acknowledge(entry[0], entry[1]));
            String expected = shown(List.of(results), begun, stopped);
            return Optional.of(new Deed(words, expected, outcomes, this::send));
        }

        private void choose() {
            int commits = world.players.holdsNothing() ? 0 : random.nextInt(4);
            for (int i = 0; i < commits; i++) {
                Held held = world.players.anyHeld(world, random);
                items.add(new Item(i, held, success(held)));
            }
            int begins = world.players.hasReadNothing() ? 0 : random.nextInt(3);
            for (int i = 0; i < begins; i++) {
                reads.add(world.players.anyRead(random));
            }
            List<String> queues = new ArrayList<>(List.of(Flow.WORK, Flow.OTHER));
            for (int i = random.nextInt(3); i > 0; i--) {
                String queue = queues.remove(random.nextInt(queues.size()));
                takes.add(new Take(queue, 1 + random.nextInt(3)));
            }
        }

        private Commit success(Held held) {
            RunId run = held.step().run();
            Flow flow = world.players.flow(run);
            String step = held.step().step();
            String output =
                    switch (random.nextInt(10)) {
                        case 0 -> "\"" + "o".repeat(5_000) + "\"";
                        case 1, 2 -> "";
                        default -> "{\"n\":" + random.nextInt(100) + "}";
                    };
            boolean hasLetter = !held.ledgers().deadLetter().isEmpty();
            return new Commit(
                    run,
                    (flow.steps().contains(step) ? flow : flowWith(held)).plan(step),
                    held.dispatch(),
                    held.ledgers(),
                    TOOK,
                    output.isEmpty() ? null : Bytes.of(output),
                    hasLetter ? held.step().letterId() : "");
        }

        /** The id may belong to a run of another flow by now; the worker does not know. */
        private static Flow flowWith(Held held) {
            return oneOfThoseWith(held.step());
        }

        private static Flow oneOfThoseWith(StepAddress step) {
            return Flow.ALL.stream()
                    .filter(flow -> flow.steps().contains(step.step()))
                    .filter(flow -> flow.address(step.run(), step.step()).equals(step))
                    .findFirst()
                    .orElseThrow();
        }

        /** What is rare of a step is said apart from the rest. */
        private List<List<Item>> inOrder() {
            return TurnOrder.of(
                    items,
                    item -> item.commit().run().text(),
                    item -> item.held().step().field(),
                    item -> List.of(item.commit().step(), isRare(item.commit())));
        }

        private List<List<Read>> readsInOrder() {
            int run = QueueEntry.RUN_LENGTH;
            Function<Read, String> said = read -> read.entry().substring(run) + '\0' + read.queue();
            return TurnOrder.of(reads, read -> read.entry().substring(0, run), said, said::apply);
        }

        private static boolean isRare(Commit commit) {
            return isLarge(commit)
                    || commit.dispatch().number() > 1
                    || !commit.ledgers().equals(Ledgers.NONE);
        }

        private static boolean isLarge(Commit commit) {
            byte[] output = commit.output();
            return output != null && output.length > 4_096;
        }

        private Result commit(Item item) {
            Commit commit = item.commit();
            StepAddress step = item.held().step();
            String entryId = commit.dispatch().entryId();
            removedLater.add(new String[] {commit.step().queue(), entryId});
            Optional<RunHead> head = world.head(commit.run());
            if (head.isEmpty()) {
                return Result.GONE;
            }
            String ready = StepField.ready(commit.dispatch(), commit.ledgers());
            String dispatch = ready.substring(ready.indexOf(' '));
            String stored = world.field(commit.run(), step.field());
            if (!stored.equals(ready)) {
                String kept = commit.letter().isEmpty() ? dispatch : withoutLetter(dispatch);
                return stored.startsWith("SUCCEEDED" + kept + " w=")
                        ? Result.ALREADY
                        : Result.STALE;
            }
            if (!World.isUnderWay(head.get().state())) {
                return Result.RUN_CLOSED;
            }
            succeed(commit, step, dispatch);
            return Result.APPLIED;
        }

        private boolean standsBesideDeadOnes(RunId run) {
            return world.head(run)
                    .filter(head -> head.state() == RunState.RUNNING && head.deadSteps() > 0)
                    .isPresent();
        }

        private static String withoutLetter(String dispatch) {
            return dispatch.replaceAll(" dlq=\\S+", "");
        }

        private void succeed(Commit commit, StepAddress step, String dispatch) {
            // The letter goes with this commit, and so does its mark.
            String kept = commit.letter().isEmpty() ? dispatch : withoutLetter(dispatch);
            world.setStep(
                    step,
                    "SUCCEEDED" + kept + " w=" + worker + " to=" + world.now() + " ms=" + TOOK);
            byte[] output = commit.output();
            String field = StepFields.output(step.step());
            if (output != null && isLarge(commit)) {
                outcomes.add("large output");
                world.set(commit.run(), field, "@");
                world.blobs.put(world.keys().blob(commit.run(), field), Bytes.text(output));
            } else if (output != null) {
                world.set(commit.run(), field, "=" + Bytes.text(output));
            }
            boolean finished = unblock(world, commit.run(), step.step());
            if (!commit.letter().isEmpty()) {
                world.removeLetter(commit.letter());
            }
            if (finished) {
                outcomes.add("run completed");
                world.close(commit.run(), RunState.COMPLETED, "");
            }
        }

        /** True when a queue without a group ended it. */
        private boolean beginAndTake() {
            readsInOrder().stream()
                    .flatMap(List::stream)
                    .forEach(read -> begin(read.queue(), read.entryId(), read.entry()));
            int left = budget;
            for (Take take : takes) {
                if (left < 1) {
                    return false;
                }
                ModelStream queue = world.queue(take.queue());
                if (!queue.hasGroup()) {
                    outcomes.add("no group");
                    return true;
                }
                Map<String, String> taken = queue.read(worker, Math.min(take.atMost(), left));
                left -= taken.size();
                taken.forEach((id, body) ->
                        begin(take.queue(), id, body.substring(World.ENTRY.length())));
            }
            return false;
        }

        private void begin(String queue, String entryId, String entry) {
            QueueEntry parsed = QueueEntry.parse(entry);
            String stored = world.field(parsed.run(), StepFields.state(parsed.step()));
            String ready = "READY " + parsed.number() + "@" + entryId;
            boolean running =
                    world.head(parsed.run()).filter(h -> h.state() == RunState.RUNNING).isPresent();
            if (!running || !(stored + " ").startsWith(ready + " ")) {
                outcomes.add("dropped");
                removedLater.add(new String[] {queue, entryId});
                return;
            }
            outcomes.add("begun");
            List<String> inputs =
                    parsed.inputs().isEmpty()
                            ? List.of("input")
                            : parsed.inputs().stream().map(StepFields::output).toList();
            Ledgers ledgers = StepField.parse(stored).ledgers();
            List<String> values = inputs.stream().map(i -> world.field(parsed.run(), i)).toList();
            String head = world.field(parsed.run(), "head");
            begun.add(List.of(queue, entryId, entry, head, ledgers, values).toString());
            world.players.begun(worker, queue, entryId, entry, ledgers);
        }

        private CompletableFuture<?> send(Deed.Line line) {
            AdvanceSteps call = new AdvanceSteps(new AdvanceSteps.Partition(world.keys(), worker));
            items.forEach(item -> call.commit(item.commit()));
            reads.forEach(r -> call.begin(r.queue(), r.entryId(), Bytes.of(r.entry())));
            takes.forEach(take -> call.take(take.queue(), take.atMost()));
            return call.send(line.scripts(), budget).thenApply(InOneTurn::shown);
        }

        private static String shown(Turn turn) {
            List<String> begun = turn.begun().stream().map(InOneTurn::shown).toList();
            return shown(turn.results(), begun, !turn.problem().isEmpty());
        }

        private static String shown(Begun one) {
            List<String> values =
                    one.inputs().stream().map(v -> v == null ? "" : Bytes.text(v)).toList();
            return List.of(
                            one.queue(),
                            one.entryId(),
                            one.entry(),
                            one.head(),
                            one.ledgers(),
                            values)
                    .toString();
        }

        private static String shown(List<Result> results, List<String> begun, boolean stopped) {
            return results + " " + begun + (stopped ? " stopped" : "");
        }
    }
}
