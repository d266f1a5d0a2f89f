package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.ConcludeStep;
import dev.stepweir.redis.script.CondemnStep;
import dev.stepweir.redis.script.ResetStep;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What people do to steps by hand. */
final class HandActs {

    private HandActs() {}

    /** A step in one of some states, or rarely in another, as somebody read it. */
    private static Optional<Map.Entry<StepAddress, String>> some(
            World world, List<String> states, RandomGenerator random) {
        String state = random.nextInt(12) == 0 ? "SUCCEEDED" : oneOf(states, random);
        return world.players
                .ratherStill(world, state + " ", random)
                .filter(one -> flow(world, one).steps().contains(one.getKey().step()));
    }

    private static Flow flow(World world, Map.Entry<StepAddress, String> one) {
        return world.players.flow(one.getKey().run());
    }

    /** What all of them look at first; empty when the step may be moved. */
    private static Optional<String> inTheWay(
            World world, StepAddress step, String expected, Set<String> from, Set<RunState> in) {
        Optional<RunHead> head = world.head(step.run());
        if (head.isEmpty()) {
            return Optional.of("GONE");
        }
        String stored = world.field(step.run(), step.field());
        if (!stored.equals(expected) || !from.contains(stored.split(" ")[0])) {
            return Optional.of("CHANGED");
        }
        return in.contains(head.get().state()) ? Optional.empty() : Optional.of("RUN_CLOSED");
    }

    static final class Reset implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.RESET_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ResetStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            return some(world, List.of("READY", "WAITING_FOR_RETRY", "PARKED"), random)
                    .map(one -> {
                        StepAddress step = one.getKey();
                        ResetStep call =
                                new ResetStep(
                                        world.keys(),
                                        step,
                                        one.getValue(),
                                        flow(world, one).dependencies(step.step()),
                                        World.DEPENDENCY,
                                        "RESET {}");
                        String words = "reset " + step + " " + one.getValue();
                        return Deed.of(call, reset(world, call), words);
                    });
        }

        private static ResetStep.Outcome reset(World world, ResetStep call) {
            StepAddress step = call.step();
            Optional<String> inTheWay =
                    inTheWay(
                            world,
                            step,
                            call.expected(),
                            Set.of("READY", "WAITING_FOR_RETRY", "PARKED"),
                            Set.of(RunState.RUNNING, RunState.PAUSED));
            if (inTheWay.isPresent()) {
                return ResetStep.Outcome.valueOf(inTheWay.get());
            }
            StepField field = StepField.parse(call.expected());
            String announcement = world.players.flow(step.run()).announcement(step.step());
            world.publish(step, announcement, field.nextNumber(), field.ledgers().rebased());
            world.acknowledge(step.queue(), field.published().entryId());
            world.timers.remove(step.timer());
            world.unpark(step, field);
            world.happened(step.run(), call.event());
            return ResetStep.Outcome.PUBLISHED;
        }
    }

    static final class Condemn implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.CONDEMN_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(CondemnStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            return some(world, List.of("READY", "WAITING_FOR_RETRY", "PARKED"), random)
                    .map(one -> {
                        CondemnStep call =
                                new CondemnStep(
                                        world.keys(),
                                        one.getKey(),
                                        one.getValue(),
                                        World.DEPENDENCY,
                                        "{\"why\":\"enough\"}",
                                        "{\"letter\":2}",
                                        "FORCED_TO_FAIL {}");
                        String words = "condemn " + one.getKey() + " " + one.getValue();
                        return Deed.of(call, condemn(world, call), words);
                    });
        }

        private static CondemnStep.Outcome condemn(World world, CondemnStep call) {
            StepAddress step = call.step();
            Optional<String> inTheWay =
                    inTheWay(
                            world,
                            step,
                            call.expected(),
                            Set.of("READY", "WAITING_FOR_RETRY", "PARKED"),
                            Set.of(RunState.RUNNING, RunState.PAUSED));
            if (inTheWay.isPresent()) {
                return CondemnStep.Outcome.valueOf(inTheWay.get());
            }
            StepField field = StepField.parse(call.expected());
            world.acknowledge(step.queue(), field.published().entryId());
            world.timers.remove(step.timer());
            world.unpark(step, field);
            world.set(step.run(), StepFields.error(step.step()), call.error());
            world.happened(step.run(), call.event());
            String dead = StepField.deadUpToLetter(field.published().withdrawn(), field.ledgers());
            world.bury(step, dead, call.letter());
            return CondemnStep.Outcome.DEAD;
        }
    }

    static final class Conclude implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.CONCLUDE_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ConcludeStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String output = random.nextInt(3) == 0 ? "" : "\"" + "h".repeat(size(random)) + "\"";
            StepState end = oneOf(List.of(StepState.SUCCEEDED, StepState.SKIPPED), random);
            return some(world, List.of("READY", "WAITING_FOR_RETRY", "PARKED", "DEAD"), random)
                    .map(one -> {
                        ConcludeStep call =
                                new ConcludeStep(
                                        world.keys(),
                                        one.getKey(),
                                        one.getValue(),
                                        end,
                                        output.isEmpty()
                                                ? Optional.empty()
                                                : Optional.of(Bytes.of(output)),
                                        flow(world, one).graph(),
                                        "CONCLUDED {}");
                        String words = "conclude " + one.getKey() + " " + one.getValue();
                        return Deed.of(call, conclude(world, call, output), words);
                    });
        }

        private static int size(RandomGenerator random) {
            return random.nextInt(4) == 0 ? 5_000 : 3;
        }

        private static ConcludeStep.Outcome conclude(
                World world, ConcludeStep call, String output) {
            StepAddress step = call.step();
            RunId run = step.run();
            Optional<String> inTheWay =
                    inTheWay(
                            world,
                            step,
                            call.expected(),
                            Set.of("READY", "WAITING_FOR_RETRY", "PARKED", "DEAD"),
                            Set.of(RunState.RUNNING, RunState.PAUSED, RunState.FAILED));
            if (inTheWay.isPresent()) {
                return ConcludeStep.Outcome.valueOf(inTheWay.get());
            }
            RunHead head = world.head(run).orElseThrow();
            StepField field = StepField.parse(call.expected());
            int dead = head.deadSteps() - (field.state() == StepState.DEAD ? 1 : 0);
            boolean finished = Advance.unblock(world, run, step.step());
            RunState now = head.state() == RunState.FAILED ? RunState.RUNNING : head.state();
            world.setHead(run, now, head.workflowHash(), dead);
            world.setStep(
                    step,
                    StepField.concludedUpToTime(
                                    call.end(), field.published().withdrawn(), field.ledgers())
                            + world.now());
            keep(world, step, output);
            world.acknowledge(step.queue(), field.published().entryId());
            world.timers.remove(step.timer());
            world.unpark(step, field);
            world.happened(run, call.event());
            world.removeLetter(step.letterId());
            if (head.state() == RunState.FAILED) {
                world.openAgain(run, !finished);
            }
            if (finished) {
                world.close(run, RunState.COMPLETED, "");
                return ConcludeStep.Outcome.COMPLETED;
            }
            if (dead > 0) {
                world.inbox.add("settle=" + run);
            }
            return ConcludeStep.Outcome.CONCLUDED;
        }

        private static void keep(World world, StepAddress step, String output) {
            String field = StepFields.output(step.step());
            if (output.length() > 4_096) {
                world.set(step.run(), field, "@");
                world.blobs.put(world.keys().blob(step.run(), field), output);
            } else if (!output.isEmpty()) {
                world.set(step.run(), field, "=" + output);
            }
        }
    }
}
