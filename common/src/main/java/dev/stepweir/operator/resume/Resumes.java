package dev.stepweir.operator.resume;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.redis.script.LockRun;
import dev.stepweir.run.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Takes runs up again that were paused or that dead steps block. One operator at a time resumes a
 * run, under a lock that lapses when its holder dies; a resume that was broken off is simply
 * repeated. Thread-safe.
 */
public final class Resumes {

    /** How long a lock lasts after its holder was last heard of. */
    public static final Duration LEASE = Duration.ofSeconds(30);

    private final Redis redis;
    private final Namespace namespace;
    private final WorkflowStore workflows;
    private final Duration lease;

    /** Over a connection that the caller keeps and closes. */
    public Resumes(Redis redis, Namespace namespace) {
        this(redis, namespace, LEASE);
    }

    /**
     * With another lease.
     *
     * @param lease at least 100 ms
     */
    public Resumes(Redis redis, Namespace namespace, Duration lease) {
        if (lease.compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalArgumentException("lease must be >= 100 ms, found " + lease);
        }
        this.redis = redis;
        this.namespace = namespace;
        this.workflows = new WorkflowStore(redis);
        this.lease = lease;
    }

    /** What a resume would take up; changes nothing. Empty when there is no such run. */
    public Optional<ResumePlan> plan(RunId run, ResumeOptions options) {
        return read(run).map(remains -> new ResumePlanner(remains, options).plan());
    }

    /**
     * Takes a run up again, and returns when all that it names is published. Repeating it is safe:
     * what is on its way already stays as it is.
     *
     * @param by who asks
     * @param reason for the record, may be empty
     */
    public ResumeOutcome resume(RunId run, ResumeOptions options, String by, String reason) {
        return switch (lock(run, by)) {
            case LockAttempt.NoSuchRun() -> new ResumeOutcome.NoSuchRun();
            case LockAttempt.HeldBy(Holder holder) -> new ResumeOutcome.Locked(holder);
            case LockAttempt.Held(ResumeLock lock) -> {
                try (lock) {
                    yield lock.resume(options, reason);
                }
            }
        };
    }

    /**
     * Locks a run against other resumes: for a caller who wants to do more under the lock than
     * {@link #resume} does.
     *
     * @param by who asks
     */
    public LockAttempt lock(RunId run, String by) {
        Instant now = redis.retrying(() -> Instant.ofEpochMilli(RedisTime.millis(redis)));
        Holder holder = Holder.of(by, now);
        LockRun ask = new LockRun(keys(run), run, holder.text(), lease);
        LockRun.Answer answer =
                redis.retrying(() -> RedisFutures.join(ask.runAsync(redis.scripts())));
        return switch (answer.outcome()) {
            case GONE -> new LockAttempt.NoSuchRun();
            case LOCKED -> new LockAttempt.HeldBy(Holder.parse(answer.holder()));
            case HELD -> new LockAttempt.Held(new ResumeLock(this, run, holder, answer.token()));
        };
    }

    Optional<Remains> read(RunId run) {
        return redis.retrying(() -> Remains.read(redis, workflows, keys(run), run));
    }

    Keys keys(RunId run) {
        return namespace.keys(run);
    }

    Redis redis() {
        return redis;
    }

    Duration lease() {
        return lease;
    }
}
