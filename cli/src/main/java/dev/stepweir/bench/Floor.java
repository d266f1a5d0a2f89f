package dev.stepweir.bench;

import static dev.stepweir.bench.FloorKeys.bytes;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The bare protocol written directly on the client: streams and one group, one hash per run, fence,
 * result, join counter, successors and clean-up in one script per batch. No product code and no
 * handlers, so nothing that keeps the same promises can be faster on the same connections.
 */
final class Floor implements Contender {

    /** How a lane commits and takes while it drains. */
    enum Mode {
        /** A commit script and a plain read, sent together. */
        BATCH,
        /** One script that does both. */
        FUSED
    }

    private static final int SEEDED_PER_CALL = 500;

    private final String namespace;
    private final StatefulRedisConnection<byte[], byte[]> control;
    private final Meter meter;
    private final List<FloorKeys> partitions = new ArrayList<>();
    private final List<FloorLane> lanes = new ArrayList<>();
    private final ExecutorService threads;
    private final String seedScript;
    private Mode mode = Mode.BATCH;

    Floor(RedisClient client, String namespace, int partitions, int count) {
        this.namespace = namespace;
        this.control = client.connect(ByteArrayCodec.INSTANCE);
        this.meter = new Meter(control);
        this.seedScript = control.sync().scriptLoad(resource("floor-seed.lua"));
        byte[] commit = bytes(control.sync().scriptLoad(resource("floor-commit.lua")));
        for (int partition = 0; partition < partitions; partition++) {
            FloorKeys keys = FloorKeys.of(namespace, partition);
            this.partitions.add(keys);
            lanes.add(new FloorLane(client.connect(ByteArrayCodec.INSTANCE), keys, commit, count));
        }
        this.threads =
                Executors.newFixedThreadPool(
                        partitions, Thread.ofPlatform().name("floor-", 0).daemon().factory());
    }

    @Override
    public String name() {
        return "floor";
    }

    Mode mode() {
        return mode;
    }

    /** Chooses how the drains from now on commit and take. */
    void use(Mode mode) {
        this.mode = mode;
    }

    /** Tries both modes and keeps the faster one for the drains that follow. */
    @Override
    public void warmUp(Shape shape, int runs) {
        drain(shape, runs);
        Map<Mode, Double> rates = new EnumMap<>(Mode.class);
        for (Mode tried : Mode.values()) {
            use(tried);
            rates.put(tried, drain(shape, runs).stepsPerSecond());
        }
        use(Collections.max(rates.entrySet(), Map.Entry.comparingByValue()).getKey());
    }

    @Override
    public Throughput drain(Shape shape, int runs) {
        return drained(shape, runs, Long.MAX_VALUE, (long) runs * shape.steps().size());
    }

    @Override
    public Throughput drainBehind(int waiting, int completions) {
        long perLane = Math.ceilDiv(completions, lanes.size());
        return drained(Shape.PLAIN, waiting + completions, perLane, completions);
    }

    private Throughput drained(Shape shape, int runs, long perLane, long expected) {
        List<FloorStep> steps = FloorStep.of(shape);
        seed(runs);
        Throughput result = meter.measure(() -> runLanes(steps, perLane));
        clear();
        if (result.steps() < expected) {
            throw new BenchException("the floor lost steps: " + result.steps() + " of " + expected);
        }
        return result;
    }

    private long runLanes(List<FloorStep> steps, long perLane) {
        List<Callable<Long>> loops = new ArrayList<>();
        for (FloorLane lane : lanes) {
            loops.add(() ->
                    mode == Mode.BATCH
                            ? lane.drainBatched(steps, perLane)
                            : lane.drainFused(steps, perLane));
        }
        try {
            long done = 0;
            for (Future<Long> loop : threads.invokeAll(loops)) {
                done += loop.get();
            }
            return done;
        } catch (ExecutionException failed) {
            throw new BenchException("a lane of the floor stopped: " + failed.getCause(), failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", stopped);
        }
    }

    @Override
    public Latency chain(int runs) {
        Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        List<FloorStep> steps = FloorStep.of(Shape.LATENCY);
        createGroups();
        for (int run = 0; run < runs; run++) {
            int partition = run % lanes.size();
            await(seed(partition, run, 1));
            FloorLane lane = lanes.get(partition);
            FloorReply held = lane.take();
            long started = System.nanoTime();
            while (held.taken() > 0) {
                held = lane.commitAndTake(held, steps);
                long now = System.nanoTime();
                if (held.taken() > 0) {
                    nanos.recordValue(now - started);
                }
                started = now;
            }
        }
        clear();
        long expected = (long) runs * (steps.size() - 1);
        if (nanos.getTotalCount() != expected) {
            throw new BenchException(
                    "the floor lost steps: " + nanos.getTotalCount() + " of " + expected);
        }
        return Latency.of(nanos);
    }

    private void createGroups() {
        for (FloorKeys keys : partitions) {
            control.sync()
                    .xgroupCreate(
                            StreamOffset.from(keys.stream(), "0"),
                            FloorLane.GROUP,
                            XGroupCreateArgs.Builder.mkstream());
        }
    }

    private void seed(int runs) {
        createGroups();
        List<RedisFuture<Long>> pending = new ArrayList<>();
        int perPartition = Math.ceilDiv(runs, partitions.size());
        for (int from = 0; from < perPartition; from += SEEDED_PER_CALL) {
            for (int partition = 0; partition < partitions.size(); partition++) {
                int share = share(runs, partition);
                if (from < share) {
                    pending.add(seed(partition, from, Math.min(SEEDED_PER_CALL, share - from)));
                }
            }
            if (pending.size() > 20) {
                pending.forEach(Floor::await);
                pending.clear();
            }
        }
        pending.forEach(Floor::await);
    }

    private int share(int runs, int partition) {
        return runs / partitions.size() + (partition < runs % partitions.size() ? 1 : 0);
    }

    private RedisFuture<Long> seed(int partition, int first, int runs) {
        FloorKeys keys = partitions.get(partition);
        byte[][] keyArgs = new byte[runs + 1][];
        byte[][] entries = new byte[runs][];
        keyArgs[0] = keys.stream();
        String tail = FloorStep.entryTail(0);
        for (int i = 0; i < runs; i++) {
            keyArgs[i + 1] = keys.run(bytes("" + (first + i)));
            entries[i] = bytes((first + i) + tail);
        }
        return control.async().evalsha(seedScript, ScriptOutputType.INTEGER, keyArgs, entries);
    }

    private void clear() {
        ScanIterator<byte[]> keys =
                ScanIterator.scan(
                        control.sync(),
                        ScanArgs.Builder.limit(1000).match("sw:{" + namespace + ":*"));
        List<byte[]> found = new ArrayList<>();
        while (keys.hasNext()) {
            found.add(keys.next());
            if (found.size() == 500 || !keys.hasNext()) {
                control.sync().unlink(found.toArray(byte[][]::new));
                found.clear();
            }
        }
    }

    private static void await(RedisFuture<?> reply) {
        try {
            reply.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", stopped);
        } catch (Exception failed) {
            throw new BenchException("the floor could not be prepared: " + failed, failed);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = Floor.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        clear();
        threads.shutdownNow();
        lanes.forEach(FloorLane::close);
        control.close();
    }
}
