package dev.stepweir.bench;

import dev.stepweir.handler.Handlers;
import dev.stepweir.json.Json;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.redis.script.SubmitRun;
import dev.stepweir.run.RunId;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import dev.stepweir.workflow.WorkflowJson;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * The product as a user has it: runs are submitted and started by the same scripts, and an ordinary
 * worker executes no-op handlers that return a small object.
 */
final class Product implements Contender {

    private static final String HANDLER = "noop";

    /** As many steps in hand as the floor has: two lanes, one batch committed, one read. */
    private static final int CONCURRENCY = 800;

    private static final int SUBMITTED_AT_ONCE = 500;
    private static final int WARM_UP_DRAINS = 5;
    private static final Map<String, Integer> RESULT = Map.of("ok", 1);
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final Redis redis;
    private final Namespace namespace;
    private final StatefulRedisConnection<byte[], byte[]> control;
    private final Meter meter;

    Product(BenchTarget target) {
        redis = Redis.connect(target.url(), "stepweir-bench");
        namespace = new Namespace(target.namespace(), target.partitions());
        control = redis.openConnection();
        meter = new Meter(control);
    }

    @Override
    public String name() {
        return "product";
    }

    /** Several drains: there is more code to compile than the floor has, and on few cores. */
    @Override
    public void warmUp(Shape shape, int runs) {
        for (int i = 0; i < WARM_UP_DRAINS; i++) {
            drain(shape, runs);
        }
    }

    @Override
    public Throughput drain(Shape shape, int runs) {
        long expected = (long) runs * shape.steps().size();
        Throughput result = timed(shape, runs, expected);
        clear();
        return result;
    }

    @Override
    public Throughput drainBehind(int waiting, int completions) {
        Throughput result = timed(Shape.PLAIN, waiting + completions, completions);
        clear();
        return result;
    }

    private Throughput timed(Shape shape, int runs, long steps) {
        openNamespace();
        startRuns(workflow(shape), runs);
        Executions executed = new Executions();
        executed.expect(steps);
        Handlers handlers =
                new Handlers()
                        .add(
                                HANDLER,
                                (input, context) -> {
                                    executed.add();
                                    return RESULT;
                                });
        boolean all = steps == (long) runs * shape.steps().size();
        List<Worker> started = new ArrayList<>();
        try {
            Throughput result =
                    meter.measure(() -> {
                        Worker worker = startWorker(handlers);
                        started.add(worker);
                        executed.await();
                        if (all) {
                            awaitReported(worker);
                        }
                        return executed.count();
                    });
            if (all && completed() != runs) {
                throw new BenchException(
                        "the product lost runs: " + completed() + " of " + runs + " completed");
            }
            return result;
        } finally {
            started.forEach(Worker::close);
        }
    }

    @Override
    public Latency chain(int runs) {
        openNamespace();
        Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        Workflow chain = workflow(Shape.LATENCY);
        int length = chain.steps().size();
        long[] starts = new long[length];
        Executions executed = new Executions();
        Handlers handlers =
                new Handlers()
                        .add(
                                HANDLER,
                                (input, context) -> {
                                    starts[Integer.parseInt(context.step())] = System.nanoTime();
                                    executed.add();
                                    return RESULT;
                                });
        Worker worker = startWorker(handlers);
        try {
            for (int run = 0; run < runs; run++) {
                executed.expect(length);
                startRuns(chain, 1);
                executed.await();
                awaitReported(worker);
                for (int step = 1; step < length; step++) {
                    nanos.recordValue(starts[step] - starts[step - 1]);
                }
            }
        } finally {
            worker.close();
        }
        clear();
        return Latency.of(nanos);
    }

    private Worker startWorker(Handlers handlers) {
        return Worker.builder()
                .namespace(namespace.name())
                .handlers(handlers)
                .concurrency(CONCURRENCY)
                .start(redis);
    }

    private void openNamespace() {
        Namespace opened = Namespace.open(redis, namespace.name(), namespace.partitions());
        if (!opened.equals(namespace)) {
            throw new BenchException("the namespace exists with other partitions: " + opened);
        }
        namespace
                .all()
                .forEach(keys ->
                        RedisFutures.join(QueueGroups.create(redis, keys, List.of(HANDLER))));
    }

    private static Workflow workflow(Shape shape) {
        Workflow.Builder workflow = Workflow.builder("bench-" + shape.label());
        List<List<String>> dependencies = new ArrayList<>();
        shape.steps().forEach(node -> dependencies.add(new ArrayList<>()));
        for (int step = 0; step < shape.steps().size(); step++) {
            for (int next : shape.steps().get(step).next()) {
                dependencies.get(next).add("" + step);
            }
        }
        for (int step = 0; step < dependencies.size(); step++) {
            List<String> after = dependencies.get(step);
            workflow.step("" + step, s -> s.handler(HANDLER).after(after));
        }
        return workflow.build();
    }

    private void startRuns(Workflow workflow, int runs) {
        byte[] definition = WorkflowJson.write(workflow);
        String hash = workflow.hash();
        byte[] input = Json.write(Map.of());
        List<StartRun.Root> roots =
                workflow.steps().stream()
                        .filter(step -> step.dependencies().isEmpty())
                        .map(StepDefinition::name)
                        .map(step -> new StartRun.Root(step, HANDLER))
                        .toList();
        List<CompletableFuture<StartRun.Outcome>> started = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            RunId run = RunId.create(i % namespace.partitions());
            SubmitRun submit =
                    new SubmitRun(
                            namespace.keys(run), run, hash, definition, workflow.name(), input, "");
            var unused = submit.runAsync(redis.scripts());
            started.add(
                    new StartRun(namespace.keys(run), run, "", List.of(HANDLER), roots)
                            .runAsync(redis.scripts()));
            if (started.size() == SUBMITTED_AT_ONCE) {
                awaitStarted(started);
            }
        }
        awaitStarted(started);
    }

    private static void awaitStarted(List<CompletableFuture<StartRun.Outcome>> started) {
        for (CompletableFuture<StartRun.Outcome> one : started) {
            if (RedisFutures.join(one) != StartRun.Outcome.STARTED) {
                throw new BenchException("a run of the product was not started");
            }
        }
        started.clear();
    }

    private long completed() {
        return namespace.all().stream()
                .mapToLong(keys -> control.sync().zcard(Bytes.of(keys.completedRuns())))
                .sum();
    }

    /** Until what the handler has done is committed: a round trip. */
    private static void awaitReported(Worker worker) {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (worker.inHand() > 0) {
            if (System.nanoTime() > giveUp || Thread.currentThread().isInterrupted()) {
                throw new BenchException("the product did not commit what it had done");
            }
            LockSupport.parkNanos(200_000);
        }
    }

    private void clear() {
        ScanArgs all = ScanArgs.Builder.limit(1000).match("sw:{" + namespace.name() + ":*");
        ScanCursor cursor = ScanCursor.INITIAL;
        while (!cursor.isFinished()) {
            KeyScanCursor<byte[]> page = control.sync().scan(cursor, all);
            if (!page.getKeys().isEmpty()) {
                control.sync().unlink(page.getKeys().toArray(byte[][]::new));
            }
            cursor = page;
        }
    }

    @Override
    public void close() {
        clear();
        control.close();
        redis.close();
    }
}
