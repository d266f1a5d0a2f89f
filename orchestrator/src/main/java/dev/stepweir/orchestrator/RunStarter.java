package dev.stepweir.orchestrator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.Operation;
import dev.stepweir.redis.script.SettleRun;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts submitted runs and settles blocked ones, many in a few round trips. Safe to repeat and to
 * race: the scripts decide. One run that cannot be handled does not keep the others waiting: it is
 * logged, left as it is, and met again by the reconciler. Thread-safe.
 */
final class RunStarter {

    private static final Logger LOG = LoggerFactory.getLogger(RunStarter.class);

    private final Redis redis;
    private final RunStore runs;
    private final Definitions definitions;
    private final Queues queues;

    RunStarter(Redis redis, Definitions definitions, Queues queues) {
        this.redis = redis;
        this.runs = new RunStore(redis);
        this.definitions = definitions;
        this.queues = queues;
    }

    /**
     * Starts those that are submitted and settles those that are blocked.
     *
     * @throws RedisException when Redis is out of reach; whatever was not done may be tried again
     */
    void take(Keys keys, Collection<RunId> start, Collection<RunId> settle) {
        Set<RunId> all = new LinkedHashSet<>(start);
        all.addAll(settle);
        Map<RunId, RunHead> heads = heads(keys, all);
        heads.values().removeIf(head -> head.state().isClosed());
        Map<String, Definitions.Found> found =
                definitions.find(
                        keys,
                        heads.values().stream()
                                .map(RunHead::workflowHash)
                                .collect(Collectors.toSet()));
        Set<RunId> wanted = new HashSet<>(settle);
        List<Operation<?>> operations = new ArrayList<>();
        heads.forEach(
                (run, head) -> {
                    Definitions.Found definition =
                            Objects.requireNonNull(found.get(head.workflowHash()));
                    if (head.state() == RunState.SUBMITTED) {
                        operations.add(start(keys, run, definition));
                    } else if (wanted.contains(run)
                            && definition instanceof Definitions.Known(Graph graph)) {
                        operations.add(new SettleRun(keys, run, graph.topologicalOrder()));
                    }
                });
        found.values().forEach(definition -> ensureQueues(keys, definition));
        List<CompletableFuture<?>> replies = new ArrayList<>();
        operations.forEach(operation -> replies.add(send(operation)));
        replies.forEach(RedisFutures::join);
    }

    private Map<RunId, RunHead> heads(Keys keys, Collection<RunId> wanted) {
        Map<RunId, CompletableFuture<Optional<RunHead>>> reads = new LinkedHashMap<>();
        for (RunId run : wanted) {
            reads.put(
                    run,
                    runs.fieldsAsync(keys, run, List.of("head"))
                            .thenApply(f -> Optional.ofNullable(f.get("head")).map(RunHead::parse))
                            .exceptionally(failure -> leave(run, failure)));
        }
        Map<RunId, RunHead> heads = new LinkedHashMap<>();
        reads.forEach((run, read) -> RedisFutures.join(read).ifPresent(h -> heads.put(run, h)));
        return heads;
    }

    private static StartRun start(Keys keys, RunId run, Definitions.Found definition) {
        return switch (definition) {
            case Definitions.Unusable(String why) ->
                    new StartRun(keys, run, why, List.of(), List.of());
            case Definitions.Known(Graph graph) ->
                    new StartRun(keys, run, "", queuesOf(graph), rootsOf(graph));
        };
    }

    private static List<String> queuesOf(Graph graph) {
        return graph.workflow().steps().stream().map(StepDefinition::handler).distinct().toList();
    }

    private static List<StartRun.Root> rootsOf(Graph graph) {
        return graph.roots().stream()
                .map(step -> new StartRun.Root(step, graph.step(step).handler()))
                .toList();
    }

    private void ensureQueues(Keys keys, Definitions.Found definition) {
        if (definition instanceof Definitions.Known(Graph graph)) {
            queues.ensure(keys, queuesOf(graph));
        }
    }

    private CompletableFuture<?> send(Operation<?> operation) {
        return operation
                .runAsync(redis.scripts())
                .handle(
                        (outcome, failure) ->
                                failure == null ? outcome : leave(operation, failure));
    }

    /** Leaves alone what Redis refuses to do; anything that time may heal is thrown again. */
    private static <T> Optional<T> leave(Object what, Throwable failure) {
        RedisException refusal = RedisFutures.asRedisException(failure);
        boolean ofThisRun =
                refusal instanceof RedisCommandExecutionException
                        || refusal.getCause() instanceof RuntimeException;
        if (!ofThisRun || Redis.isPassing(refusal)) {
            throw refusal;
        }
        LOG.warn("left alone: {}: {}", what, refusal.getMessage());
        return Optional.empty();
    }
}
