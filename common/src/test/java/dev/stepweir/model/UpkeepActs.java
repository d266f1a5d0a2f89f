package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.BeatRole;
import dev.stepweir.redis.script.CreateGroup;
import dev.stepweir.redis.script.NoteEvent;
import dev.stepweir.redis.script.RegisterWorker;
import dev.stepweir.redis.script.Script;
import dev.stepweir.redis.script.SetTimer;
import dev.stepweir.redis.script.TakeName;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What the roles see to besides runs and steps: groups, timers, records. */
final class UpkeepActs {

    private UpkeepActs() {}

    static final class GroupIsMade implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.CREATE_GROUP);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(CreateGroup.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            ModelStream queue = oneOf(List.copyOf(world.queues.values()), random);
            CreateGroup call = new CreateGroup(queue.key(), "workers", CreateGroup.FROM_THE_END);
            boolean there = queue.hasGroup();
            if (!there) {
                queue.createGroup("workers");
            }
            return Optional.of(
                    Deed.of(
                            call,
                            there ? CreateGroup.Outcome.ALREADY : CreateGroup.Outcome.CREATED,
                            "a group for " + queue.key()));
        }
    }

    static final class TimerIsSet implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.SET_TIMER);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(SetTimer.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            StepAddress step = world.players.anyStep(world, random);
            long due = world.now() + oneOf(List.of(-1_000L, 0L, 1_000L), random);
            SetTimer.Only only = oneOf(List.of(SetTimer.Only.values()), random);
            SetTimer call = new SetTimer(world.keys(), step.timer(), due, only);
            Long old = world.timers.get(step.timer());
            boolean sets =
                    switch (only) {
                        case MISSING -> old == null;
                        case LATER -> old != null && due > old;
                    };
            if (sets) {
                world.timers.put(step.timer(), due);
            }
            return Optional.of(
                    Deed.of(
                            call,
                            sets ? SetTimer.Outcome.SET : SetTimer.Outcome.KEPT,
                            "a timer for " + step + " at " + due + " if " + only));
        }
    }

    static final class EventIsNoted implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.NOTE_EVENT);
        }

        @Override
        public Set<String> outcomes() {
            Set<String> outcomes = Repertoire.names(NoteEvent.Outcome.class);
            outcomes.remove(NoteEvent.Outcome.FULL.name());
            return outcomes;
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            NoteEvent call = new NoteEvent(world.keys(), run, "LATE_RESULT {}");
            boolean there = world.run(run) != null;
            if (there) {
                world.happened(run, call.event());
            }
            return Optional.of(
                    Deed.of(
                            call,
                            there ? NoteEvent.Outcome.NOTED : NoteEvent.Outcome.GONE,
                            "note of " + run));
        }
    }

    static final class RoleBeats implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.BEAT_ROLE);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(BeatRole.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String role = "role-" + random.nextInt(3);
            Duration silence = Duration.ofMillis(random.nextInt(3) * 1_000L);
            BeatRole call = new BeatRole(world.keys(), role, silence);
            world.roles.put(role, world.now());
            long forgotten = world.now() - silence.toMillis();
            world.roles.values().removeIf(at -> at <= forgotten);
            return Optional.of(Deed.of(call, BeatRole.Outcome.SHOWN, role + " beats"));
        }
    }

    static final class WorkerIsRegistered implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.REGISTER_WORKER);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(RegisterWorker.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String worker = world.players.anyWorker(random);
            String record = "{\"n\":" + random.nextInt(10) + "}";
            RegisterWorker call =
                    new RegisterWorker(
                            world.keys(),
                            worker,
                            Bytes.of(record),
                            world.now(),
                            List.of(Flow.WORK));
            if (world.isSuperseded(worker)) {
                return Optional.of(
                        Deed.of(call, RegisterWorker.Outcome.SUPERSEDED, worker + " registers"));
            }
            world.handlers.put(Flow.WORK, String.valueOf(world.now()));
            world.workerRecords.put(worker, record);
            world.beats.putIfAbsent(worker, world.now());
            return Optional.of(
                    Deed.of(call, RegisterWorker.Outcome.REGISTERED, worker + " registers"));
        }
    }

    static final class NameIsTaken implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.TAKE_NAME);
        }

        @Override
        public Set<String> outcomes() {
            return Set.of("drawn", "taken", "kept");
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String name = "n";
            TakeName call = new TakeName(world.keys(), name, random.nextInt(3));
            long last = world.workerNames.getOrDefault(name, 0L);
            long epoch = call.epoch() == 0 ? last + 1 : call.epoch();
            if (epoch > last) {
                world.workerNames.put(name, epoch);
                for (long older = last; older < epoch; older++) {
                    world.workerRecords.remove(name + "#" + older);
                    world.beats.replace(name + "#" + older, 0L);
                }
            }
            return Optional.of(
                    new Deed(
                            "a worker starts as " + name + "#" + call.epoch(),
                            String.valueOf(Math.max(epoch, last)),
                            List.of(call.epoch() == 0 ? "drawn" : epoch > last ? "taken" : "kept"),
                            line -> call.runAsync(line.scripts())));
        }
    }
}
