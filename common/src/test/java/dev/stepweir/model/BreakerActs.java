package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.model.Players.Held;
import dev.stepweir.model.World.Verdict;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.ListParked;
import dev.stepweir.redis.script.ParkStep;
import dev.stepweir.redis.script.ReleaseStep;
import dev.stepweir.redis.script.Script;
import dev.stepweir.redis.script.UnlistParked;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.StepState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What befalls a step whose breaker holds it back. */
final class BreakerActs {

    private BreakerActs() {}

    static final class Park implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.PARK_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ParkStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            if (world.players.holdsNothing()) {
                return Optional.empty();
            }
            Held held = world.players.anyHeld(world, random);
            ParkStep call =
                    new ParkStep(
                            world.keys(),
                            held.worker(),
                            held.step(),
                            held.expected(),
                            World.DEPENDENCY,
                            "PARKED {}");
            return Optional.of(Deed.of(call, park(world, call), "park " + held));
        }

        private static ParkStep.Outcome park(World world, ParkStep call) {
            if (world.isSuperseded(call.worker())) {
                return ParkStep.Outcome.STALE;
            }
            StepAddress step = call.step();
            StepField field = StepField.parse(call.expected());
            Verdict verdict = world.fence(step, StepState.READY, call.expected());
            world.acknowledge(step.queue(), field.published().entryId());
            if (verdict != Verdict.OK) {
                return ParkStep.Outcome.valueOf(verdict.name());
            }
            StepField parked = field.parked();
            world.setStep(step, StepField.parked(parked.published(), parked.ledgers()));
            world.parked.put(step.timer(), parked.ledgers().readyMillis());
            world.dependencies.add(World.DEPENDENCY);
            world.happened(step.run(), call.event());
            return ParkStep.Outcome.PARKED;
        }
    }

    static final class Release implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.RELEASE_STEP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ReleaseStep.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            StepAddress step =
                    random.nextInt(4) == 0
                            ? world.players.anyStep(world, random)
                            : world.players
                                    .onceRead(StepState.PARKED + " ", random)
                                    .map(Map.Entry::getKey)
                                    .orElseGet(() -> world.players.anyStep(world, random));
            Flow flow = world.players.flow(step.run());
            if (!flow.steps().contains(step.step())) {
                return Optional.empty();
            }
            String expected = world.players.asRead(world, step, random);
            ReleaseStep call =
                    new ReleaseStep(
                            world.keys(),
                            step,
                            expected,
                            flow.dependencies(step.step()),
                            World.DEPENDENCY,
                            random.nextInt(2) * 77L,
                            "RELEASED {}");
            String words = "release " + step + " " + expected;
            return Optional.of(Deed.of(call, release(world, call), words));
        }

        private static ReleaseStep.Outcome release(World world, ReleaseStep call) {
            StepAddress step = call.step();
            Verdict verdict = world.fence(step, StepState.PARKED, call.expected());
            boolean parked = world.field(step.run(), step.field()).startsWith("PARKED ");
            if (verdict != Verdict.OK && verdict != Verdict.RUN_CLOSED && parked) {
                return ReleaseStep.Outcome.valueOf(verdict.name());
            }
            if (verdict == Verdict.OK) {
                StepField field = StepField.parse(call.expected());
                world.publish(
                        step,
                        world.players.flow(step.run()).announcement(step.step()),
                        field.nextNumber(),
                        field.ledgers().withPass(call.pass()).withRedelivery());
                world.happened(step.run(), call.event());
            }
            world.parked.remove(step.timer());
            if (world.parked.isEmpty()) {
                world.dependencies.remove(World.DEPENDENCY);
            }
            if (verdict != Verdict.OK) {
                return ReleaseStep.Outcome.valueOf(verdict.name());
            }
            return world.isPaused(step.run())
                    ? ReleaseStep.Outcome.HELD_UP
                    : ReleaseStep.Outcome.PUBLISHED;
        }
    }

    static final class IsListed implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.LIST_PARKED);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ListParked.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            return world.players
                    .ratherStill(world, StepState.PARKED + " ", random)
                    .map(read -> list(world, read.getKey(), read.getValue()));
        }

        private static Deed list(World world, StepAddress step, String expected) {
            ListParked call = new ListParked(world.keys(), step, expected, World.DEPENDENCY);
            String words = "list " + step + " as " + expected;
            if (!world.field(step.run(), step.field()).equals(expected)) {
                return Deed.of(call, ListParked.Outcome.STALE, words);
            }
            world.dependencies.add(World.DEPENDENCY);
            long ready = StepField.parse(expected).ledgers().readyMillis();
            boolean listed = world.parked.putIfAbsent(step.timer(), ready) == null;
            return Deed.of(
                    call, listed ? ListParked.Outcome.LISTED : ListParked.Outcome.ALREADY, words);
        }
    }

    static final class IsUnlisted implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.UNLIST_PARKED);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(UnlistParked.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            List<String> members = new ArrayList<>(world.parked.keySet());
            members.add("");
            String member = oneOf(members, random);
            world.parked.remove(member);
            if (world.parked.isEmpty()) {
                world.dependencies.remove(World.DEPENDENCY);
            }
            UnlistParked call = new UnlistParked(world.keys(), member, World.DEPENDENCY);
            return Optional.of(
                    Deed.of(call, UnlistParked.Outcome.UNLISTED, "unlist '" + member + "'"));
        }
    }

    static final class FallsOffTheList implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            if (world.parked.isEmpty()) {
                return Optional.empty();
            }
            String member = oneOf(List.copyOf(world.parked.keySet()), random);
            world.parked.remove(member);
            byte[] key = Bytes.of(world.keys().parked(World.DEPENDENCY));
            return Optional.of(
                    Deed.ofRedis(
                            member + " falls off the parked steps",
                            line ->
                                    line.commands()
                                            .zrem(key, Bytes.of(member))
                                            .toCompletableFuture()));
        }
    }
}
