package dev.stepweir.proof;

import dev.stepweir.client.AwaitTimeoutException;
import dev.stepweir.client.StepweirClient;
import dev.stepweir.handler.BuiltInHandlers;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.RunView;
import dev.stepweir.orchestrator.Orchestrator;
import dev.stepweir.orchestrator.OrchestratorConfig;
import dev.stepweir.reaper.Reaper;
import dev.stepweir.reaper.ReaperConfig;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.worker.WorkerConfig;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A whole installation in this JVM with short periods: any number of each role, each with a Redis
 * connection of its own, and a client. Closing it closes all of them. Safe for several threads.
 */
public final class Stack implements AutoCloseable {

    /** How long a test waits for what should take a moment. */
    public static final Duration SOON = Duration.ofSeconds(60);

    /** In place of an address: the server's own. */
    static final String DIRECT = "";

    public static final Duration HEARTBEAT = Duration.ofMillis(200);
    static final Duration LEASE = Duration.ofSeconds(1);
    static final int CRASH_BUDGET = 100;

    /** Enough for a worker to ask every partition for a full batch. */
    static final int CONCURRENCY = 200;

    static final WorkerConfig WORKER =
            new WorkerConfig(CONCURRENCY, HEARTBEAT, Duration.ofMillis(1));

    static final ReaperConfig REAPER =
            new ReaperConfig(
                    Duration.ofMillis(100),
                    LEASE,
                    LEASE,
                    HEARTBEAT,
                    CRASH_BUDGET,
                    Duration.ofMillis(100),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(1));

    /** Beats as rarely as is usual, and hands nothing back for as long. */
    private static final WorkerConfig CALM_WORKER =
            WORKER.withHeartbeat(WorkerConfig.DEFAULT.heartbeat());

    static final OrchestratorConfig ORCHESTRATOR =
            new OrchestratorConfig(
                    Duration.ofMillis(500),
                    Duration.ofMillis(400),
                    Duration.ofMillis(20),
                    Duration.ofMillis(50),
                    200,
                    Duration.ofDays(7),
                    Duration.ofDays(30),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(1));

    private final String uri;
    private final Redis redis;
    private final Namespace namespace;
    private final StepweirClient client;
    private final List<AutoCloseable> owned = new ArrayList<>();

    private Stack(String uri, String namespace, int partitions) {
        this.uri = uri;
        this.redis = Redis.connect(uri, "proof");
        this.namespace = Namespace.open(redis, namespace, partitions);
        this.client = StepweirClient.over(redis, this.namespace);
    }

    /** An installation without roles yet, in a namespace of so many partitions. */
    public static Stack open(String uri, String namespace, int partitions) {
        return new Stack(uri, namespace, partitions);
    }

    /** An installation without roles yet, in the test's namespace. */
    public static Stack open(TestRedis server) {
        return open(server.uri(), server.namespace(), Namespace.DEFAULT_PARTITIONS);
    }

    /**
     * One of each role, with these handlers and those built in. Heartbeat and lease are the usual
     * ones, for tests of anything else: with short ones a step is taken from a worker that a busy
     * machine holds up for a second.
     */
    public static Stack start(TestRedis server, Handlers handlers) {
        Stack stack = open(server);
        stack.orchestrator();
        stack.reaper(ReaperConfig.DEFAULTS);
        stack.worker(CALM_WORKER, handlers.addAll(new BuiltInHandlers()));
        return stack;
    }

    /** One of each role, with the built-in handlers. */
    public static Stack start(TestRedis server) {
        return start(server, new Handlers());
    }

    public Stack orchestrator() {
        return orchestrator(uri);
    }

    /** One more orchestrator that finds Redis at an address of its own. */
    public synchronized Stack orchestrator(String address) {
        Redis own = own(address);
        owned.add(Orchestrator.start(own, namespace, ORCHESTRATOR));
        return this;
    }

    public Stack reaper() {
        return reaper(uri);
    }

    /** One more reaper, on other terms. */
    public Stack reaper(ReaperConfig terms) {
        return reaper(uri, terms);
    }

    /** One more reaper that finds Redis at an address of its own. */
    public Stack reaper(String address) {
        return reaper(address, REAPER);
    }

    private synchronized Stack reaper(String address, ReaperConfig terms) {
        Redis own = own(address);
        owned.add(Reaper.start(own, namespace, terms));
        return this;
    }

    public Worker worker(Handlers handlers) {
        return worker(uri, handlers);
    }

    /** One more worker that finds Redis at an address of its own. */
    public Worker worker(String address, Handlers handlers) {
        return worker(address, WORKER, handlers);
    }

    /** How the workers of these tests behave. */
    public static WorkerConfig worker() {
        return WORKER;
    }

    /** How they behave where nothing depends on their heartbeats. */
    public static WorkerConfig calmWorker() {
        return CALM_WORKER;
    }

    /** One more worker that behaves as it is told. */
    public Worker worker(WorkerConfig config, Handlers handlers) {
        return worker(uri, config, handlers);
    }

    private synchronized Worker worker(String address, WorkerConfig config, Handlers handlers) {
        Worker worker =
                Worker.builder()
                        .namespace(namespace.name())
                        .config(config)
                        .handlers(handlers)
                        .start(own(address));
        owned.add(worker);
        return worker;
    }

    private Redis own(String address) {
        Redis own = Redis.connect(address.equals(DIRECT) ? uri : address, "proof-role");
        owned.add(own);
        return own;
    }

    /** Where its Redis is. */
    public String uri() {
        return uri;
    }

    public StepweirClient client() {
        return client;
    }

    /** A connection that nothing disturbs. */
    public Redis redis() {
        return redis;
    }

    public Namespace namespace() {
        return namespace;
    }

    /** Starts so many runs. */
    public List<RunId> submit(Workflow workflow, int runs) {
        List<RunId> ids = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            ids.add(client.submit(workflow, i).id());
        }
        return ids;
    }

    /** Starts a run, waits for its end and shows it. */
    public RunView run(Workflow workflow, Object input) throws InterruptedException {
        RunId run = client.submit(workflow, input).id();
        return await(run);
    }

    /** Waits for the end of a run and shows it. */
    public RunView await(RunId run) throws InterruptedException {
        try {
            var unused = client.await(run, SOON);
        } catch (AwaitTimeoutException stuck) {
            throw new AssertionError(
                    "stuck: %s%nhistory: %s"
                            .formatted(client.show(run), client.runs().history(run)),
                    stuck);
        }
        return client.show(run).orElseThrow();
    }

    /** Lets time pass in which the roles work. */
    public static void pass(Duration time) throws InterruptedException {
        if (new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nobody counts this down");
        }
    }

    /** Ends all roles, the last started first. */
    @Override
    public synchronized void close() {
        for (AutoCloseable one : owned.reversed()) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close " + one, e);
            }
        }
        client.close();
        redis.close();
    }
}
