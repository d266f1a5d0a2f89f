package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.model.Players.Held;
import dev.stepweir.model.Players.Read;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.script.ForgetConsumer;
import dev.stepweir.redis.script.Heartbeat;
import dev.stepweir.redis.script.ReaperTick;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import io.lettuce.core.Consumer;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Signs of life, and who looks for them. */
final class WorkerActs {

    private WorkerActs() {}

    static final class Beat implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.HEARTBEAT);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(Heartbeat.Answer.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String worker = world.players.anyWorker(random);
            List<Heartbeat.Lease> leases = new ArrayList<>();
            for (int i = world.players.holdsNothing() ? 0 : random.nextInt(4); i > 0; i--) {
                Held held = world.players.anyHeld(world, random);
                worker = random.nextInt(10) == 0 ? worker : held.worker();
                leases.add(
                        new Heartbeat.Lease(
                                held.step(),
                                held.expected(),
                                held.dispatch().entryId(),
                                worker + " 1700000000000"));
            }
            Heartbeat call = new Heartbeat(world.keys(), worker, leases);
            List<Heartbeat.Answer> answers = beat(world, call);
            return Optional.of(
                    new Deed(
                            worker + " renews " + leases,
                            answers.toString(),
                            answers.stream().map(Enum::name).toList(),
                            line -> call.runAsync(line.scripts())));
        }

        private static List<Heartbeat.Answer> beat(World world, Heartbeat call) {
            if (world.isSuperseded(call.consumer())) {
                return List.of(Heartbeat.Answer.SUPERSEDED);
            }
            world.beats.put(call.consumer(), world.now());
            return call.leases().stream()
                    .map(lease -> beat(world, call.consumer(), lease))
                    .toList();
        }

        private static Heartbeat.Answer beat(World world, String worker, Heartbeat.Lease lease) {
            Optional<RunState> state = world.head(lease.step().run()).map(RunHead::state);
            if (state.filter(World::isUnderWay).isEmpty()) {
                return Heartbeat.Answer.RUN_CLOSED;
            }
            ModelStream queue = world.queue(lease.step().queue());
            boolean current =
                    world.field(lease.step().run(), lease.step().field()).equals(lease.expected());
            if (!current || !queue.owner(lease.entryId()).equals(Optional.of(worker))) {
                return Heartbeat.Answer.LOST;
            }
            if (!queue.contains(lease.entryId())) {
                // Redis lets go of an entry that was deleted when somebody claims it.
                queue.acknowledge(lease.entryId());
            }
            String begun = StepFields.begun(lease.step().step());
            world.set(lease.step().run(), begun, lease.begun());
            return Heartbeat.Answer.HELD;
        }
    }

    /** The blocking read of a lane, whose entry goes into a later turn, or is never heard of. */
    static final class BlockingRead implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String name = oneOf(List.copyOf(world.queues.keySet()), random);
            ModelStream queue = world.queue(name);
            if (!queue.hasGroup()) {
                return Optional.empty();
            }
            String worker = world.players.anyWorker(random);
            Map<String, String> read = queue.read(worker, 1);
            read.forEach((id, body) -> know(world, worker, name, id, body));
            StreamOffset<byte[]> next = StreamOffset.lastConsumed(Bytes.of(queue.key()));
            return Optional.of(
                    Deed.ofRedis(
                            worker + " reads " + read,
                            line ->
                                    line.commands()
                                            .xreadgroup(
                                                    Consumer.from(
                                                            Bytes.of("workers"), Bytes.of(worker)),
                                                    XReadArgs.Builder.count(1),
                                                    next)
                                            .toCompletableFuture()));
        }

        /** Its heartbeat finds out what a lost reply brought, and asks what is stored. */
        private static void know(World world, String worker, String queue, String id, String body) {
            String entry = body.substring(World.ENTRY.length());
            world.players.read(new Read(worker, queue, id, entry));
            QueueEntry parsed = QueueEntry.parse(entry);
            String stored = world.field(parsed.run(), StepFields.state(parsed.step()));
            if ((stored + " ").startsWith("READY " + parsed.number() + "@" + id + " ")) {
                world.players.begun(worker, queue, id, entry, StepField.parse(stored).ledgers());
            }
        }
    }

    static final class Tick implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.REAPER_TICK);
        }

        @Override
        public Set<String> outcomes() {
            return Set.of("grace", "no grace");
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            Duration lease = Duration.ofMillis(random.nextInt(3) * 300L);
            ReaperTick call = new ReaperTick(world.keys(), Duration.ofMillis(1_000), lease);
            long left = world.look(Duration.ofMillis(1_000), lease);
            return Optional.of(
                    new Deed(
                            "a reaper looks",
                            Duration.ofMillis(left).toString(),
                            List.of(left > 0 ? "grace" : "no grace"),
                            line -> call.runAsync(line.scripts())));
        }
    }

    static final class Forget implements Act {

        @Override
        public Optional<Script> script() {
            return Optional.of(Script.FORGET_CONSUMER);
        }

        @Override
        public Set<String> outcomes() {
            return Repertoire.names(ForgetConsumer.Outcome.class);
        }

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            ModelStream stream =
                    random.nextInt(4) == 0
                            ? world.inbox
                            : oneOf(List.copyOf(world.queues.values()), random);
            String consumer = world.players.anyWorker(random);
            Duration silence = Duration.ofMillis(random.nextInt(3) * 1_000L);
            ForgetConsumer call =
                    new ForgetConsumer(world.keys(), stream.key(), "workers", consumer, silence);
            return Optional.of(
                    Deed.of(
                            call,
                            forget(world, stream, call),
                            "forget " + consumer + " of " + stream.key()));
        }

        private static ForgetConsumer.Outcome forget(
                World world, ModelStream stream, ForgetConsumer call) {
            long beat = world.beats.getOrDefault(call.consumer(), 0L);
            if (world.now() - beat <= call.silence().toMillis()) {
                return ForgetConsumer.Outcome.ALIVE;
            }
            if (!stream.hasGroup()) {
                return ForgetConsumer.Outcome.GONE;
            }
            return stream.holdsAny(call.consumer())
                    ? ForgetConsumer.Outcome.HOLDING
                    : ForgetConsumer.Outcome.FORGOTTEN;
        }
    }
}
