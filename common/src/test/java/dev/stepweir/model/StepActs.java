package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.model.Players.Held;
import dev.stepweir.model.World.Verdict;
import dev.stepweir.redis.script.FailStep;
import dev.stepweir.redis.script.HandBackStep;
import dev.stepweir.redis.script.ReapStep;
import dev.stepweir.redis.script.ReconcileStep;
import dev.stepweir.redis.script.RedriveStep;
import dev.stepweir.redis.script.RetryStep;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What befalls a step between its publishing and its success. */
final class StepActs {

    private static final String LETTER = "{\"letter\":1}";

    /** Longer than any entry of a play is held by the server's own clock. */
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private StepActs() {}

    static final class Fail implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.FAIL_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(FailStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            if (world.players.holdsNothing()) {
                return Optional.empty();
            }
            Held held = world.players.anyHeld(world, random);
            FailStep.Decision decision =
                    random.nextInt(3) == 0
                            ? new FailStep.Decision.GiveUp(LETTER)
                            : new FailStep.Decision.RetryAfter(
                                    Duration.ofMillis(random.nextInt(3) * 100L));
            FailStep call =
                    new FailStep(
                            world.keys(),
                            held.worker(),
                            held.step(),
                            held.dispatch(),
                            held.expected(),
                            held.ledgers().withFailure(),
                            "{\"why\":\"boom\"}",
                            decision,
                            "FAILED {}");
            return Optional.of(Deed.of(call, fail(world, call), "fail " + held));
        }

        private static FailStep.Outcome fail(World world, FailStep call) {
            if (world.isSuperseded(call.worker())) {
                return FailStep.Outcome.STALE;
            }
            StepAddress step = call.step();
            Verdict verdict = world.fence(step, StepState.READY, call.expected());
            world.acknowledge(step.queue(), call.dispatch().entryId());
            if (verdict != Verdict.OK) {
                return FailStep.Outcome.valueOf(verdict.name());
            }
            world.set(step.run(), StepFields.error(step.step()), call.error());
            world.happened(step.run(), call.event());
            switch (call.decision()) {
                case FailStep.Decision.GiveUp(String letter) -> {
                    world.bury(
                            step,
                            StepField.deadUpToLetter(call.dispatch(), call.ledgers()),
                            letter);
                    return FailStep.Outcome.DEAD;
                }
                case FailStep.Decision.RetryAfter(Duration delay) -> {
                    long due = world.now() + delay.toMillis();
                    String waiting = StepField.waitingUpToDue(call.dispatch(), call.ledgers());
                    world.setStep(step, waiting + due);
                    world.timers.put(step.timer(), due);
                    return FailStep.Outcome.WAITING;
                }
            }
        }
    }

    static final class Retry implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.RETRY_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(RetryStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            StepAddress step = world.players.anyStep(world, random);
            if (random.nextInt(4) > 0 && !world.timers.isEmpty()) {
                String timer = oneOf(List.copyOf(world.timers.keySet()), random);
                RunId run = new RunId(timer.substring(0, 36));
                String name = timer.substring(Math.min(37, timer.length()));
                Flow flow = world.players.flow(run);
                step = flow.steps().contains(name) ? flow.address(run, name) : step;
            }
            String expected = world.players.asRead(world, step, random);
            Flow flow = world.players.flow(step.run());
            List<String> dependencies =
                    flow.steps().contains(step.step()) ? flow.dependencies(step.step()) : List.of();
            RetryStep call = new RetryStep(world.keys(), step, expected, dependencies);
            return Optional.of(Deed.of(call, retry(world, call), "retry " + step + " " + expected));
        }

        private static RetryStep.Outcome retry(World world, RetryStep call) {
            StepAddress step = call.step();
            Verdict verdict = world.fence(step, StepState.WAITING_FOR_RETRY, call.expected());
            if (verdict != Verdict.OK) {
                String stored = world.field(step.run(), step.field());
                if (verdict == Verdict.RUN_CLOSED || !stored.startsWith("WAITING_FOR_RETRY ")) {
                    world.timers.remove(step.timer());
                }
                return RetryStep.Outcome.valueOf(verdict.name());
            }
            StepField field = StepField.parse(call.expected());
            if (field.dueMillis() > world.now()) {
                world.timers.put(step.timer(), field.dueMillis());
                return RetryStep.Outcome.EARLY;
            }
            world.publish(
                    step,
                    world.players.flow(step.run()).announcement(step.step()),
                    field.nextNumber(),
                    field.ledgers());
            world.timers.remove(step.timer());
            return RetryStep.Outcome.PUBLISHED;
        }
    }

    static final class Reap implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.REAP_STEP);
        }

        @Override
        public Set<String> outcomes() {
            // ALREADY takes an entry that is held and whose dispatch was reported: every report
            // lets go of its entry, so only a hand in Redis could make one.
            Set<String> outcomes = Repertoire.names(ReapStep.Outcome.class);
            outcomes.remove(ReapStep.Outcome.ALREADY.name());
            // GONE takes a run that is purged while a worker holds its entry: only long plays do.
            outcomes.remove(ReapStep.Outcome.GONE.name());
            return outcomes;
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            if (world.players.holdsNothing()) {
                return Optional.empty();
            }
            Held held = world.players.anyHeld(world, random);
            ModelStream queue = world.queue(held.step().queue());
            String owner =
                    random.nextInt(10) == 0
                            ? world.players.anyWorker(random)
                            : queue.owner(held.dispatch().entryId()).orElse(held.worker());
            boolean lapsed = random.nextInt(10) > 0;
            ReapStep.Crash crash =
                    oneOf(
                            List.of(
                                    new ReapStep.Crash.Again(),
                                    new ReapStep.Crash.Wait(Duration.ofMillis(100)),
                                    new ReapStep.Crash.GiveUp(LETTER)),
                            random);
            ReapStep call =
                    new ReapStep(
                            world.keys(),
                            held.step(),
                            owner,
                            held.expected(),
                            held.announcement(),
                            new ReapStep.Limits(
                                    lapsed ? Duration.ZERO : MINUTE,
                                    Duration.ofMillis(random.nextInt(3) * 1_000L),
                                    Duration.ofMillis(1_000)),
                            crash,
                            "CRASHED {}",
                            "REDELIVERED {}");
            String words = "reap " + held + " of " + owner;
            return Optional.of(Deed.of(call, reap(world, call, lapsed), words));
        }

        private static ReapStep.Outcome reap(World world, ReapStep call, boolean lapsed) {
            StepAddress step = call.step();
            StepField field = StepField.parse(call.expected());
            String entryId = field.published().entryId();
            Optional<String> owner = world.queue(step.queue()).owner(entryId);
            Verdict verdict = world.fence(step, StepState.READY, call.expected());
            if (world.look(call.limits().gap(), call.limits().lease()) > 0) {
                return ReapStep.Outcome.GRACE;
            }
            if (!lapsed || !owner.equals(Optional.of(call.owner()))) {
                return ReapStep.Outcome.RENEWED;
            }
            long silence = world.now() - world.beats.getOrDefault(call.owner(), 0L);
            long limit = call.limits().silence().toMillis();
            boolean alive = 2 * silence <= limit;
            if (verdict == Verdict.OK && !alive && silence <= limit) {
                return ReapStep.Outcome.UNCLEAR;
            }
            world.acknowledge(step.queue(), entryId);
            if (verdict != Verdict.OK) {
                return ReapStep.Outcome.valueOf(verdict.name());
            }
            if (alive) {
                world.happened(step.run(), call.freeEvent());
                Ledgers free = field.ledgers().withRedelivery();
                world.publish(step, call.announcement(), field.nextNumber(), free);
                return ReapStep.Outcome.REDELIVERED;
            }
            world.happened(step.run(), call.crashEvent());
            return crash(world, call, field);
        }

        private static ReapStep.Outcome crash(World world, ReapStep call, StepField field) {
            StepAddress step = call.step();
            Ledgers charged = field.ledgers().withCrash();
            switch (call.crash()) {
                case ReapStep.Crash.GiveUp(String letter) -> {
                    String dead = StepField.deadUpToLetter(field.published(), charged);
                    world.bury(step, dead, letter);
                    return ReapStep.Outcome.DEAD;
                }
                case ReapStep.Crash.Wait(Duration delay) -> {
                    long due = world.now() + delay.toMillis();
                    world.setStep(
                            step,
                            StepField.waitingAfterCrashUpToDue(field.published(), charged) + due);
                    world.timers.put(step.timer(), due);
                    return ReapStep.Outcome.WAITING;
                }
                case ReapStep.Crash.Again() -> {
                    world.publish(step, call.announcement(), field.nextNumber(), charged);
                    return ReapStep.Outcome.CRASHED;
                }
            }
        }
    }

    static final class HandBack implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.HAND_BACK_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(HandBackStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            if (world.players.holdsNothing()) {
                return Optional.empty();
            }
            Held held = world.players.anyHeld(world, random);
            HandBackStep call =
                    new HandBackStep(
                            world.keys(),
                            held.step(),
                            held.expected(),
                            held.announcement(),
                            "HANDED_BACK {}");
            return Optional.of(Deed.of(call, handBack(world, call, held), "hand back " + held));
        }

        private static HandBackStep.Outcome handBack(World world, HandBackStep call, Held held) {
            StepAddress step = call.step();
            Verdict verdict = world.fence(step, StepState.READY, call.expected());
            world.acknowledge(step.queue(), held.dispatch().entryId());
            if (verdict != Verdict.OK) {
                return HandBackStep.Outcome.valueOf(verdict.name());
            }
            world.happened(step.run(), call.event());
            long next = held.dispatch().number() + 1;
            world.publish(step, call.announcement(), next, held.ledgers().withRedelivery());
            return HandBackStep.Outcome.PUBLISHED;
        }
    }

    static final class Reconcile implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.RECONCILE_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ReconcileStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            StepAddress step = world.players.anyStep(world, random);
            String expected = world.players.asRead(world, step, random);
            if (expected.isEmpty() || expected.startsWith("PENDING")) {
                return Optional.empty();
            }
            Flow flow = world.players.flow(step.run());
            if (!flow.steps().contains(step.step())) {
                return Optional.empty();
            }
            ReconcileStep call =
                    new ReconcileStep(
                            world.keys(),
                            step,
                            expected,
                            flow.dependencies(step.step()),
                            "REPUBLISHED {}");
            String announcement = flow.announcement(step.step());
            String words = "reconcile " + step + " " + expected;
            return Optional.of(Deed.of(call, reconcile(world, call, announcement), words));
        }

        private static ReconcileStep.Outcome reconcile(
                World world, ReconcileStep call, String announcement) {
            StepAddress step = call.step();
            Verdict verdict = world.fence(step, StepState.READY, call.expected());
            if (verdict != Verdict.OK) {
                return ReconcileStep.Outcome.valueOf(verdict.name());
            }
            if (world.isPaused(step.run())) {
                return ReconcileStep.Outcome.PAUSED;
            }
            StepField field = StepField.parse(call.expected());
            String entryId = field.published().entryId();
            ModelStream queue = world.queue(step.queue());
            if (!queue.hasGroup()) {
                queue.createGroup("workers");
            } else if (queue.owner(entryId).isPresent()) {
                return ReconcileStep.Outcome.HELD;
            } else if (queue.isAhead(entryId) && queue.contains(entryId)) {
                return ReconcileStep.Outcome.QUEUED;
            }
            queue.delete(entryId);
            world.happened(step.run(), call.event());
            boolean first = !field.published().isAnnounced();
            Ledgers ledgers = first ? field.ledgers() : field.ledgers().withRedelivery();
            world.publish(step, announcement, field.nextNumber(), ledgers);
            return ReconcileStep.Outcome.PUBLISHED;
        }
    }

    static final class Redrive implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.REDRIVE_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(RedriveStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String start = random.nextInt(10) == 0 ? "READY " : "DEAD ";
            Optional<Map.Entry<StepAddress, String>> one =
                    world.players.ratherStill(world, start, random);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            StepAddress step = one.get().getKey();
            String expected = one.get().getValue();
            Flow flow = world.players.flow(step.run());
            if (!flow.steps().contains(step.step())) {
                return Optional.empty();
            }
            RedriveStep call =
                    new RedriveStep(
                            world.keys(),
                            step,
                            expected,
                            flow.dependencies(step.step()),
                            "REDRIVEN {}");
            return Optional.of(
                    Deed.of(call, redrive(world, call), "redrive " + step + " " + expected));
        }

        private static RedriveStep.Outcome redrive(World world, RedriveStep call) {
            StepAddress step = call.step();
            RunId run = step.run();
            Optional<RunHead> found = world.head(run);
            if (found.isEmpty()) {
                return RedriveStep.Outcome.GONE;
            }
            RunHead head = found.get();
            String stored = world.field(run, step.field());
            if (!stored.equals(call.expected()) || !stored.startsWith("DEAD ")) {
                return RedriveStep.Outcome.ALREADY;
            }
            if (!World.isUnderWay(head.state()) && head.state() != RunState.FAILED) {
                return RedriveStep.Outcome.RUN_CLOSED;
            }
            StepField field = StepField.parse(stored);
            world.publish(
                    step,
                    world.players.flow(run).announcement(step.step()),
                    field.nextNumber(),
                    field.ledgers().rebased());
            RunState state = head.state() == RunState.PAUSED ? head.state() : RunState.RUNNING;
            world.setHead(run, state, head.workflowHash(), head.deadSteps() - 1);
            if (head.state() == RunState.FAILED) {
                world.openAgain(run);
            }
            world.happened(run, call.event());
            return RedriveStep.Outcome.PUBLISHED;
        }
    }
}
