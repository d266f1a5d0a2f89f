package dev.stepweir.model;

import static dev.stepweir.model.Players.oneOf;

import dev.stepweir.redis.Bytes;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.state.RunState;
import io.lettuce.core.XAddArgs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** What befalls a partition besides the product: time, loss, and copies. */
final class Faults {

    private static final byte[] GROUP = Bytes.of("workers");

    private Faults() {}

    static final class TimePasses implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            world.pass(oneOf(List.of(1L, 50L, 150L, 1_500L, 100_000L), random));
            byte[] now = Bytes.of(world.now());
            return Optional.of(
                    Deed.ofRedis(
                            "it is " + world.now(),
                            line -> line.commands().set(Play.CLOCK, now).toCompletableFuture()));
        }
    }

    static final class ServerIsAnother implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            world.server = world.server.equals("server-1") ? "server-2" : "server-1";
            byte[] server = Bytes.of(world.server);
            return Optional.of(
                    Deed.ofRedis(
                            "the server is " + world.server,
                            line ->
                                    line.commands()
                                            .set(Play.SERVER, server)
                                            .toCompletableFuture()));
        }
    }

    static final class LostEntry implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            List<ModelStream> streams = new ArrayList<>(world.queues.values());
            streams.add(world.inbox);
            ModelStream stream = oneOf(streams, random);
            List<String> ids = stream.ids();
            if (ids.isEmpty()) {
                return Optional.empty();
            }
            String id = oneOf(ids, random);
            stream.delete(id);
            return Optional.of(
                    Deed.ofRedis(
                            "entry " + id + " is lost",
                            line ->
                                    line.commands()
                                            .xdel(Bytes.of(stream.key()), id)
                                            .toCompletableFuture()));
        }
    }

    static final class CopiedEntry implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            String name = oneOf(List.copyOf(world.queues.keySet()), random);
            ModelStream queue = world.queue(name);
            List<String> ids = queue.ids();
            if (ids.isEmpty()) {
                return Optional.empty();
            }
            String body = queue.body(oneOf(ids, random));
            queue.add(body);
            byte[] entry = Bytes.of(body.substring(World.ENTRY.length()));
            return Optional.of(
                    Deed.ofRedis(
                            "a copy of " + body,
                            line ->
                                    line.commands()
                                            .xadd(
                                                    Bytes.of(queue.key()),
                                                    Map.of(Bytes.of("d"), entry))
                                            .toCompletableFuture()));
        }
    }

    /** A stream is deleted, and there again without its entries and groups. */
    static final class LostStream implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            ModelStream queue = oneOf(List.copyOf(world.queues.values()), random);
            queue.lose();
            String last = queue.lastId();
            return Optional.of(
                    Deed.ofRedis(
                            queue.key() + " is lost",
                            line -> {
                                var unused = line.commands().del(Bytes.of(queue.key()));
                                return place(line, queue.key(), last);
                            }));
        }
    }

    /** Makes a stream whose next id is known. */
    static CompletableFuture<?> place(Deed.Line line, String key, String last) {
        byte[] stream = Bytes.of(key);
        var unused =
                line.commands()
                        .xadd(
                                stream,
                                new XAddArgs().id(last),
                                Map.of(Bytes.of("placed"), Bytes.of("here")));
        return line.commands().xdel(stream, last).toCompletableFuture();
    }

    static final class LostGroup implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            ModelStream queue = oneOf(List.copyOf(world.queues.values()), random);
            queue.destroyGroup();
            return Optional.of(
                    Deed.ofRedis(
                            "the group of " + queue.key() + " is lost",
                            line ->
                                    line.commands()
                                            .xgroupDestroy(Bytes.of(queue.key()), GROUP)
                                            .toCompletableFuture()));
        }
    }

    static final class TimerIsLost implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            if (world.timers.isEmpty()) {
                return Optional.empty();
            }
            String timer = oneOf(List.copyOf(world.timers.keySet()), random);
            world.timers.remove(timer);
            byte[] key = Bytes.of(world.keys().timers());
            return Optional.of(
                    Deed.ofRedis(
                            "timer " + timer + " is lost",
                            line ->
                                    line.commands()
                                            .zrem(key, Bytes.of(timer))
                                            .toCompletableFuture()));
        }
    }

    static final class TimerFromNowhere implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            StepAddress step = world.players.anyStep(world, random);
            world.timers.put(step.timer(), world.now());
            byte[] key = Bytes.of(world.keys().timers());
            double due = world.now();
            return Optional.of(
                    Deed.ofRedis(
                            "a timer for " + step,
                            line ->
                                    line.commands()
                                            .zadd(key, due, Bytes.of(step.timer()))
                                            .toCompletableFuture()));
        }
    }

    static final class MislaidRun implements Act {

        @Override
        public Optional<Deed> perform(World world, RandomGenerator random) {
            RunId run = world.players.rather(world, random);
            RunState from = oneOf(List.of(RunState.values()), random);
            RunState to = oneOf(List.of(RunState.values()), random);
            world.list(from).remove(run.text());
            world.list(to).put(run.text(), world.now());
            double at = world.now();
            byte[] member = Bytes.of(run.text());
            return Optional.of(
                    Deed.ofRedis(
                            run + " is listed as " + to + " and not as " + from,
                            line -> {
                                var unused =
                                        line.commands()
                                                .zrem(Bytes.of(world.keys().runsIn(from)), member);
                                return line.commands()
                                        .zadd(Bytes.of(world.keys().runsIn(to)), at, member)
                                        .toCompletableFuture();
                            }));
        }
    }
}
