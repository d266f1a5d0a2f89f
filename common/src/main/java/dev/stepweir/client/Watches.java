package dev.stepweir.client;

import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.WatchRun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs that somebody waits for. Redis tells when one closes, on one channel per partition; because
 * a message can be lost with a connection, runs are also asked about after each reconnect, and
 * every few seconds. Thread-safe.
 */
final class Watches implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watches.class);
    private static final Duration CHECK_EVERY = Duration.ofSeconds(5);

    /** Bounds what one round of checks asks of Redis; the next round goes on with the others. */
    private static final int CHECKS_PER_ROUND = 2_000;

    private final Redis redis;
    private final Namespace namespace;
    private final String clientId = UUID.randomUUID().toString();
    private final Map<RunId, Watch> outstanding = new ConcurrentHashMap<>();
    private final Map<Integer, CompletableFuture<Void>> subscribed = new ConcurrentHashMap<>();
    private @Nullable CompletableFuture<StatefulRedisPubSubConnection<String, String>> connection;
    private @Nullable ScheduledExecutorService clock;
    private volatile boolean closed;

    /** One run and whoever waits for it. */
    private static final class Watch {
        final CompletableFuture<RunResult> closed = new CompletableFuture<>();
        volatile long checkedAt = System.nanoTime();

        /** False while a submit is under way: a run that is not there yet is not unknown. */
        volatile boolean stored;

        /** How many hold a future of it; changed by the map's own functions only. */
        int waiters;

        Watch(boolean stored) {
            this.stored = stored;
        }
    }

    Watches(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
    }

    /** The channel on which this client hears of the run. */
    String channel(RunId run) {
        return namespace.keys(run).clientChannel(clientId);
    }

    /** Begins to listen for a run that is about to be submitted with {@link #channel}. */
    CompletableFuture<Void> expect(RunId run) {
        Watch watch = new Watch(false);
        watch.waiters = 1;
        outstanding.putIfAbsent(run, watch);
        return listen(run.partition());
    }

    /** The run that was expected is stored. */
    CompletableFuture<RunResult> stored(RunId run) {
        Watch watch = outstanding.get(run);
        if (watch == null) {
            // Closed and told before the reply to its submit was handled: ask how.
            return completion(run);
        }
        watch.stored = true;
        return watch.closed.copy();
    }

    /** The run that was expected will not come. */
    void forget(RunId run) {
        outstanding.remove(run);
    }

    /** One that asked for {@link #completion} does not wait any more. */
    void unwatch(RunId run) {
        outstanding.computeIfPresent(run, (id, watch) -> --watch.waiters > 0 ? watch : null);
    }

    /** How many runs are watched. */
    int size() {
        return outstanding.size();
    }

    /** When the run closes; fails with {@link UnknownRunException} when there is none. */
    CompletableFuture<RunResult> completion(RunId run) {
        Watch fresh = new Watch(true);
        Watch watch =
                outstanding.compute(
                        run,
                        (id, before) -> {
                            Watch shared = before == null ? fresh : before;
                            shared.waiters++;
                            return shared;
                        });
        if (watch != fresh) {
            return watch.closed.copy();
        }
        return listen(run.partition())
                .thenCompose(listening -> checkFirst(run, fresh))
                .exceptionallyCompose(failure -> {
                    outstanding.remove(run, fresh);
                    fresh.closed.completeExceptionally(Answers.unwrapped(failure));
                    return CompletableFuture.failedFuture(Answers.unwrapped(failure));
                })
                .thenCompose(checked -> fresh.closed.copy());
    }

    /** Redis may be away just now: it is asked again when it is back, as for any other run. */
    private CompletableFuture<Void> checkFirst(RunId run, Watch watch) {
        return check(run, watch)
                .exceptionallyCompose(failure ->
                        Redis.isPassing(RedisFutures.asRedisException(failure))
                                ? CompletableFuture.completedFuture(null)
                                : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<Void> check(RunId run, Watch watch) {
        watch.checkedAt = System.nanoTime();
        return new WatchRun(namespace.keys(run), run, channel(run))
                .runAsync(redis.scripts())
                .thenAccept(head -> learn(run, watch, head));
    }

    private void learn(RunId run, Watch watch, Optional<RunHead> head) {
        if (head.isEmpty()) {
            if (watch.stored && outstanding.remove(run, watch)) {
                watch.closed.completeExceptionally(
                        new UnknownRunException("there is no run " + run));
            }
        } else if (head.get().state().isClosed()) {
            close(run, head.get().state());
        }
    }

    private void close(RunId run, RunState state) {
        Watch watch = outstanding.remove(run);
        if (watch != null) {
            watch.closed.complete(new RunResult(run, state));
        }
    }

    private void heard(String message) {
        int space = Math.max(0, message.indexOf(' '));
        try {
            close(
                    new RunId(message.substring(0, space)),
                    RunState.valueOf(message.substring(space + 1)));
        } catch (IllegalArgumentException foreign) {
            log.warn("Ignored a message that names no run and state: {}", message);
        }
    }

    /** Never throws: whoever waits must be rid of a watch that nobody looks after. */
    private CompletableFuture<Void> listen(int partition) {
        if (closed) {
            // Asked once the run is listed: whoever closes sees it in the list, or this does.
            return CompletableFuture.failedFuture(
                    new IllegalStateException("the client is closed"));
        }
        CompletableFuture<Void> asked;
        try {
            asked = subscribed.computeIfAbsent(partition, this::subscribe);
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return asked.exceptionallyCompose(failure -> {
            subscribed.remove(partition, asked);
            return CompletableFuture.failedFuture(failure);
        });
    }

    private CompletableFuture<Void> subscribe(int partition) {
        String channel = namespace.keys(partition).clientChannel(clientId);
        return connection()
                .thenCompose(open -> open.async().subscribe(channel))
                .toCompletableFuture();
    }

    /** Never waited for: whoever asks may be a thread that has to receive the answer. */
    private synchronized CompletableFuture<StatefulRedisPubSubConnection<String, String>>
            connection() {
        if (closed) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("the client is closed"));
        }
        if (clock == null) {
            ScheduledExecutorService beats =
                    Executors.newSingleThreadScheduledExecutor(
                            Thread.ofPlatform().daemon().name("stepweir-client-watch").factory());
            long period = CHECK_EVERY.toMillis();
            var unused =
                    beats.scheduleWithFixedDelay(
                            this::checkOld, period, period, TimeUnit.MILLISECONDS);
            clock = beats;
        }
        CompletableFuture<StatefulRedisPubSubConnection<String, String>> known = connection;
        if (known == null || known.isCompletedExceptionally()) {
            known =
                    redis.subscriptionAsync()
                            .thenApply(open -> {
                                open.addListener(new Ear());
                                return open;
                            });
            connection = known;
        }
        return known;
    }

    /** A run, and when it had been asked about when it was chosen. */
    private record Due(RunId run, Watch watch, long checkedAt) {}

    /** Those first that were asked about the longest ago. */
    private void checkOld() {
        long now = System.nanoTime();
        outstanding.entrySet().stream()
                .filter(e -> e.getValue().stored)
                .map(e -> new Due(e.getKey(), e.getValue(), e.getValue().checkedAt))
                .filter(due -> now - due.checkedAt() >= CHECK_EVERY.toNanos())
                .sorted(Comparator.comparingLong(due -> due.checkedAt() - now))
                .limit(CHECKS_PER_ROUND)
                .forEach(due -> {
                    var unused =
                            check(due.run(), due.watch())
                                    .whenComplete((done, failure) -> complain(due.run(), failure));
                });
    }

    private void complain(RunId run, @Nullable Throwable failure) {
        // Whoever waits would otherwise hear nothing while Redis is away.
        if (failure != null && !redis.outages().speaksFor(failure)) {
            log.debug("Could not ask about {}, the next round will", run, failure);
        }
    }

    @Override
    public void close() {
        ScheduledExecutorService beats;
        CompletableFuture<StatefulRedisPubSubConnection<String, String>> open;
        synchronized (this) {
            closed = true;
            beats = clock;
            open = connection;
        }
        if (beats != null) {
            beats.shutdownNow();
        }
        if (open != null) {
            // Also one that is still being made.
            var unused = open.thenAccept(StatefulRedisPubSubConnection::closeAsync);
        }
        outstanding.forEach((run, watch) ->
                watch.closed.completeExceptionally(
                        new IllegalStateException("the client was closed")));
        outstanding.clear();
    }

    /** Runs on the connection's own thread. */
    private final class Ear extends RedisPubSubAdapter<String, String> {

        @Override
        public void message(String channel, String message) {
            heard(message);
        }

        /** Also after each reconnect, before which messages may have been lost. */
        @Override
        public void subscribed(String channel, long count) {
            long longAgo = System.nanoTime() - CHECK_EVERY.toNanos();
            outstanding.forEach((run, watch) -> {
                if (channel(run).equals(channel)) {
                    watch.checkedAt = longAgo;
                }
            });
            checkOld();
        }
    }
}
