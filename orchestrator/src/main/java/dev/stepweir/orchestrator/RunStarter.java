package dev.stepweir.orchestrator;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.Operation;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Starts submitted runs and settles blocked ones, many in a few round trips. Safe to repeat and to
 * race: the scripts decide. One run that cannot be handled does not keep the others waiting: it is
 * logged, left as it is, and met again by the reconciler. Thread-safe.
 */
final class RunStarter {

    private final Redis redis;
    private final RunReads reads;
    private final Definitions definitions;
    private final QueueGroups queues;
    private final RunRetries retries;

    RunStarter(Redis redis, Definitions definitions, QueueGroups queues) {
        this.redis = redis;
        this.reads = new RunReads(redis);
        this.definitions = definitions;
        this.queues = queues;
        this.retries = new RunRetries(redis, queues);
    }

    /**
     * Starts those that are submitted and settles those that are blocked.
     *
     * @throws RedisException when Redis is out of reach; whatever was not done may be tried again
     */
    void take(Keys keys, Collection<RunId> start, Collection<RunId> settle) {
        Set<RunId> all = new LinkedHashSet<>(start);
        all.addAll(settle);
        Map<RunId, RunHead> heads = reads.heads(keys, all).found();
        heads.values().removeIf(head -> head.state().isClosed());
        Map<String, Definitions.Found> found =
                definitions.find(
                        keys,
                        heads.values().stream()
                                .map(RunHead::workflowHash)
                                .collect(Collectors.toSet()));
        Set<String> startable =
                found.entrySet().stream()
                        .filter(each -> hasQueues(keys, each.getValue()))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        Set<RunId> wanted = new HashSet<>(settle);
        List<Operation<?>> operations = new ArrayList<>();
        heads.forEach((run, head) -> {
            Definitions.Found definition = Objects.requireNonNull(found.get(head.workflowHash()));
            if (head.state() == RunState.SUBMITTED && startable.contains(head.workflowHash())) {
                operations.add(start(keys, run, definition));
            } else if (wanted.contains(run)
                    && definition instanceof Definitions.Known(Graph graph)) {
                Refusals.readable(run, () -> retries.settlement(keys, run, graph))
                        .ifPresent(operations::add);
            }
        });
        List<CompletableFuture<?>> replies = new ArrayList<>();
        operations.forEach(operation ->
                replies.add(Refusals.logged(operation, operation.runAsync(redis.scripts()))));
        replies.forEach(RedisFutures::join);
    }

    private static StartRun start(Keys keys, RunId run, Definitions.Found definition) {
        return switch (definition) {
            case Definitions.Unusable(String why) ->
                    new StartRun(keys, run, why, List.of(), List.of());
            case Definitions.Known(Graph graph) ->
                    new StartRun(
                            keys,
                            run,
                            "",
                            graph.workflow().timeout(),
                            queuesOf(graph),
                            rootsOf(graph));
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

    /**
     * Without one of its queues a run would start and then be stuck: it waits until they are there.
     */
    private boolean hasQueues(Keys keys, Definitions.Found definition) {
        return !(definition instanceof Definitions.Known(Graph graph))
                || Refusals.possible(
                        "what is submitted of workflow '" + graph.workflow().name() + "'",
                        () -> queues.ensure(keys, queuesOf(graph)));
    }
}
