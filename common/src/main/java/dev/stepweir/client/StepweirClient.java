package dev.stepweir.client;

import dev.stepweir.breaker.Breakers;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.Runs;
import dev.stepweir.operator.acts.Steps;
import dev.stepweir.operator.explain.Explanations;
import dev.stepweir.operator.fleet.Fleet;
import dev.stepweir.operator.fleet.Queues;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.operator.resume.Resumes;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import dev.stepweir.text.Durations;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Starts runs, waits for them and looks after them. One per process is enough: it is safe for any
 * number of threads. Methods that answer directly wait for Redis, at most a few seconds, and raise
 * {@link io.lettuce.core.RedisException} when it stays out of reach.
 */
public final class StepweirClient implements AutoCloseable {

    private final Redis redis;
    private final Namespace namespace;
    private final boolean ownsRedis;
    private final Submissions submissions;
    private final Watches watches;
    private final Runs runs;
    private final DeadLetters deadLetters;
    private final Steps steps;
    private final Fleet fleet;
    private final Breakers breakers;
    private final Explanations explanations;
    private final Resumes resumes;
    private final Queues queues;

    private StepweirClient(Redis redis, Namespace namespace, boolean ownsRedis) {
        this.redis = redis;
        this.namespace = namespace;
        this.ownsRedis = ownsRedis;
        this.submissions = new Submissions(redis, namespace);
        this.watches = new Watches(redis, namespace);
        this.runs = new Runs(redis, namespace);
        this.deadLetters = new DeadLetters(redis, namespace);
        this.steps = new Steps(redis, namespace);
        this.fleet = new Fleet(redis, namespace);
        this.breakers = new Breakers(redis, namespace);
        this.explanations = new Explanations(redis, namespace);
        this.resumes = new Resumes(redis, namespace);
        this.queues = new Queues(redis, namespace);
    }

    /** Connects, in the namespace {@value Namespace#DEFAULT_NAME}. */
    public static StepweirClient connect(String redisUri) {
        return connect(redisUri, Namespace.DEFAULT_NAME);
    }

    /**
     * Connects.
     *
     * @param redisUri {@code redis://}, {@code rediss://} or {@code redis-sentinel://}
     * @throws IllegalArgumentException for an address or a namespace that is none
     */
    public static StepweirClient connect(String redisUri, String namespace) {
        Redis redis = Redis.connect(redisUri, "stepweir-client");
        try {
            return new StepweirClient(redis, Namespace.open(redis, namespace), true);
        } catch (RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    /** A client on a connection that stays the caller's. */
    public static StepweirClient over(Redis redis, Namespace namespace) {
        return new StepweirClient(redis, namespace, false);
    }

    /** Where this client's runs live. */
    public Namespace namespace() {
        return namespace;
    }

    /**
     * Starts a run. Returns when it is stored; from then on it goes on without this process.
     *
     * @param input anything that Jackson can write, at most 2 MiB as JSON and nested at most 56
     *     levels deep
     * @throws IntakeRefusedException when Redis is nearly full
     * @throws PayloadTooLargeException for a larger input
     * @throws IllegalArgumentException for a deeper input
     */
    public SubmittedRun submit(Workflow workflow, @Nullable Object input) {
        RunId id = namespace.newRunId();
        return submissions.retrying(() -> submissions.submit(id, workflow, input, ""));
    }

    /**
     * As {@link #submit(Workflow, Object)}, saying what makes two submits the same one: a retry of
     * the caller's then finds the run that there is, also after it has closed, until it is removed.
     */
    public Submission submit(Workflow workflow, @Nullable Object input, Identity identity) {
        return switch (identity) {
            case Identity.AlwaysUnique() -> new Submission.Started(submit(workflow, input));
            case Identity.CallerProvided(String key) -> submit(workflow, input, key, false);
            case Identity.Strict(Optional<String> key) ->
                    submit(
                            workflow,
                            input,
                            key.orElseGet(() -> submissions.strictKey(workflow, input)),
                            true);
        };
    }

    private Submission submit(
            Workflow workflow, @Nullable Object input, String key, boolean strict) {
        RunId id = namespace.newRunId(key);
        return submissions.retrying(() -> submissions.submit(id, workflow, input, key, strict));
    }

    /** As {@link #submit}, without waiting; a passing failure is not tried again. */
    public CompletableFuture<SubmittedRun> submitAsync(Workflow workflow, @Nullable Object input) {
        return submissions.submit(namespace.newRunId(), workflow, input, "");
    }

    /** As {@link #submit}, and listens for the end of the run: cheaper than asking for it later. */
    public WatchedRun submitAndWatch(Workflow workflow, @Nullable Object input) {
        RunId id = namespace.newRunId();
        return submissions.retrying(() -> submitWatched(id, workflow, input));
    }

    /** As {@link #submitAndWatch}, without waiting; a passing failure is not tried again. */
    public CompletableFuture<WatchedRun> submitAndWatchAsync(
            Workflow workflow, @Nullable Object input) {
        return submitWatched(namespace.newRunId(), workflow, input);
    }

    private CompletableFuture<WatchedRun> submitWatched(
            RunId id, Workflow workflow, @Nullable Object input) {
        return watches.expect(id)
                .thenCompose(on -> submissions.submit(id, workflow, input, watches.channel(id)))
                .thenApply(run -> new WatchedRun(run, watches.stored(id)))
                .whenComplete((run, failure) -> {
                    if (failure != null) {
                        watches.forget(id);
                    }
                });
    }

    /**
     * When a run closes. Redis tells; nothing is polled. The future completes on a thread of the
     * client's that must not be held up. It fails with {@link UnknownRunException} when there is no
     * such run.
     */
    public CompletableFuture<RunResult> completion(RunId run) {
        return watches.completion(run);
    }

    /**
     * Waits until a run closes.
     *
     * @throws AwaitTimeoutException when it takes longer than {@code limit}; the run goes on
     * @throws UnknownRunException when there is no such run
     */
    public RunResult await(RunId run, Duration limit) throws InterruptedException {
        try {
            return await(run, completion(run), limit);
        } catch (AwaitTimeoutException | InterruptedException givenUp) {
            watches.unwatch(run);
            throw givenUp;
        }
    }

    /** Waits for a run that is being watched; see {@link #await(RunId, Duration)}. */
    public RunResult await(WatchedRun run, Duration limit) throws InterruptedException {
        return await(run.run().id(), run.completion(), limit);
    }

    /**
     * Waits for a completion that was asked for before, at most so long; see {@link #await(RunId,
     * Duration)}. It may be waited for again.
     */
    public RunResult await(RunId run, CompletableFuture<RunResult> completion, Duration limit)
            throws InterruptedException {
        try {
            return completion.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AwaitTimeoutException(
                    "run " + run + " had not closed after " + Durations.text(limit));
        } catch (ExecutionException e) {
            throw Answers.unwrapped(e);
        }
    }

    /** Why a run or a step is where it is. */
    public Explanations explanations() {
        return explanations;
    }

    /** Runs that exist. */
    public Runs runs() {
        return runs;
    }

    /** A run with all its steps; empty when there is none. */
    public Optional<RunView> show(RunId run) {
        return runs.show(run);
    }

    /** Steps that wait for a person. */
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    /** What a person can do to single steps. */
    public Steps steps() {
        return steps;
    }

    /** Taking up runs that were paused, or that dead steps block. */
    public Resumes resumes() {
        return resumes;
    }

    /** Holding queues up and letting them go on. */
    public Queues queues() {
        return queues;
    }

    /** Circuit breakers. */
    public Breakers breakers() {
        return breakers;
    }

    /** Processes and queues. */
    public Fleet fleet() {
        return fleet;
    }

    @Override
    public void close() {
        watches.close();
        if (ownsRedis) {
            redis.close();
        }
    }
}
