package dev.stepweir.operator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.LostDefinitionException;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.RunTraces;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.redis.script.CancelRun;
import dev.stepweir.redis.script.PauseRun;
import dev.stepweir.redis.script.PurgeRun;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunClaim;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.StepDefinition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs that exist: see, list, pause, cancel, purge. Thread-safe. */
public final class Runs {

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore store;
    private final RunReader reader;
    private final RunListing listing;
    private final WorkflowStore workflows;

    /** Over a connection that the caller keeps and closes. */
    public Runs(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.store = new RunStore(redis);
        this.reader = new RunReader(redis, namespace);
        this.listing = new RunListing(redis, namespace);
        this.workflows = new WorkflowStore(redis);
    }

    /**
     * A run with all its steps; empty when there is none.
     *
     * @throws LostDefinitionException when it is there and its definition is not stored
     */
    public Optional<RunView> show(RunId run) {
        return redis.retrying(() -> reader.view(run));
    }

    /** The state of a run, also when its definition is lost; empty when there is none. */
    public Optional<RunState> state(RunId run) {
        return redis.retrying(() -> store.head(namespace.keys(run), run)).map(RunHead::state);
    }

    /** How far a run has got, read cheaply enough to be asked often; empty when there is none. */
    public Optional<RunProgress> progress(RunId run) {
        return redis.retrying(() -> reader.progress(run));
    }

    /**
     * One step of a run with all that bears on its next attempt; empty when there is no such run.
     *
     * @throws UnknownStepException when the run has no such step
     * @throws LostDefinitionException when its definition is not stored
     */
    public Optional<StepDetail> step(RunId run, String step) {
        return redis.retrying(() -> reader.read(run).map(stored -> step(stored, step)));
    }

    private StepDetail step(Stored run, String step) {
        Instant now = Instant.ofEpochMilli(RedisTime.millis(redis));
        return reader.detail(run, step, events(run.id()), now)
                .orElseThrow(() ->
                        new UnknownStepException(
                                run.id(),
                                step,
                                run.graph().workflow().steps().stream()
                                        .map(StepDefinition::name)
                                        .toList()));
    }

    /** Runs of any kind, the latest opened or closed first; see {@link #list(RunFilter, int)}. */
    public List<RunSummary> list(int limit) {
        return list(RunFilter.ALL, limit);
    }

    /**
     * The runs that a filter accepts, the latest opened or closed first. One that cannot be read is
     * left out. Submitted, running and paused runs are on one list, and runs of all workflows share
     * theirs: to find few among many others takes as long as reading that list.
     *
     * @param limit 1 to 100,000
     */
    public List<RunSummary> list(RunFilter filter, int limit) {
        if (limit < 1 || limit > 100_000) {
            throw new IllegalArgumentException("limit must be in 1..100000, found " + limit);
        }
        return listing.list(filter, limit);
    }

    /**
     * All runs that a filter accepts: one partition after the other, the latest of each state
     * first. Few are held at a time, and the action may remove what it is told of. One that cannot
     * be read is left out.
     */
    public void forEach(RunFilter filter, Consumer<RunSummary> action) {
        listing.forEach(filter, action);
    }

    /**
     * The run that was submitted under a caller's key; empty when there is none (any more).
     *
     * @param key as the caller gave it
     * @throws IllegalArgumentException for a key that no run can have
     */
    public Optional<RunId> withKey(String key) {
        RunClaim.checkKey(key);
        byte[] record = Bytes.of(namespace.keys(namespace.partitionOf(key)).callerKey(key));
        return redis.retrying(() ->
                Optional.ofNullable(
                                RedisFutures.join(
                                        redis.commands().get(record).toCompletableFuture()))
                        .map(Bytes::text)
                        .map(RunClaim::parse)
                        .map(RunClaim::run));
    }

    /**
     * What happened to a run, in the order of time; the newest 10,000 stored events of it. Empty
     * when there is no such run.
     *
     * @throws LostDefinitionException when it is there and its definition is not stored
     */
    public List<HistoryEntry> history(RunId run) {
        return redis.retrying(() ->
                reader.read(run)
                        .map(stored -> RunHistory.of(stored, events(run)))
                        .orElse(List.of()));
    }

    private List<HistoryEvent> events(RunId run) {
        return RedisFutures.join(store.eventsAsync(namespace.keys(run), run, event -> true));
    }

    /**
     * Ends a run that has not completed. Handlers that are executing one of its steps are told.
     *
     * @param by who asks
     * @param reason for the record, may be empty
     */
    public CancelRun.Outcome cancel(RunId run, String by, String reason) {
        Keys keys = namespace.keys(run);
        String why = "cancelled by " + by + (reason.isEmpty() ? "" : ": " + reason);
        String event =
                HistoryEvent.record(HistoryEvent.CANCELLED, Map.of("by", by, "reason", reason));
        CancelRun cancel = new CancelRun(keys, run, why, event);
        return redis.retrying(() -> cancel.run(redis.scripts()));
    }

    /**
     * Holds a run up: nothing more of it is published until it is resumed. What workers execute may
     * finish, and is committed.
     *
     * @param by who asks
     * @param reason for the record, may be empty
     */
    public PauseRun.Outcome pause(RunId run, String by, String reason) {
        String event = HistoryEvent.record(HistoryEvent.PAUSED, Map.of("by", by, "reason", reason));
        PauseRun pause = new PauseRun(namespace.keys(run), run, Pause.record(by, reason), event);
        return redis.retrying(() -> pause.run(redis.scripts()));
    }

    /** Removes a closed run and everything that belongs to it, its dead letters included. */
    public PurgeRun.Outcome purge(RunId run) {
        return redis.retrying(
                () -> purge(RedisFutures.join(RunTraces.read(redis, namespace.keys(run), run))));
    }

    private PurgeRun.Outcome purge(RunTraces traces) {
        if (traces.head().isEmpty()) {
            return PurgeRun.Outcome.GONE;
        }
        RunHead head = traces.head().get();
        if (!head.state().isClosed()) {
            return PurgeRun.Outcome.OPEN;
        }
        Keys keys = namespace.keys(traces.run());
        var unused = RedisFutures.join(traces.removeErrands(redis, keys, workflows));
        return new PurgeRun(
                        keys,
                        traces.run(),
                        head.state(),
                        head.workflowHash(),
                        Long.MAX_VALUE,
                        traces.callerKey(),
                        traces.blobs(),
                        traces.letters())
                .run(redis.scripts());
    }
}
