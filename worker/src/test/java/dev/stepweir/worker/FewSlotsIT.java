package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker with fewer slots than queues and partitions, and a backlog in all of them. */
@WithRedis
class FewSlotsIT extends WithRuns {

    private static final int RUNS_PER_HANDLER = 40;

    @ParameterizedTest(name = "concurrency {0}, {1} handlers")
    @CsvSource({"1, 2", "1, 3", "2, 2", "2, 3", "3, 4"})
    void every_queue_of_every_partition_is_served_while_all_are_full(
            int concurrency, int handlerCount) {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch allSubmitted = new CountDownLatch(1);
        Handlers handlers = new Handlers();
        List<Workflow> workflows = new ArrayList<>();
        for (int i = 0; i < handlerCount; i++) {
            String name = "h" + i;
            workflows.add(Workflow.builder(name).step("s", s -> s.handler(name)).build());
            handlers.add(
                    name,
                    (input, context) -> {
                        allSubmitted.await();
                        int partition = runs.namespace.keys(context.runId()).partition();
                        return order.add(name + " " + partition);
                    });
        }
        try (Worker worker = worker().concurrency(concurrency).handlers(handlers).start()) {
            for (Workflow workflow : workflows) {
                Collections.nCopies(RUNS_PER_HANDLER, workflow)
                        .forEach(one -> runs.start(one, null));
            }
            allSubmitted.countDown();
            await().until(() -> order.size() == RUNS_PER_HANDLER * handlerCount);
            await().until(() -> worker.inHand() == 0);
        }
        Set<String> all = Set.copyOf(order);
        assertThat(all).hasSize(handlerCount * runs.namespace.partitions());
        Map<String, Long> early =
                order.stream()
                        .limit(all.size() * 8L)
                        .collect(Collectors.groupingBy(one -> one, Collectors.counting()));
        assertThat(early).as("of %s", order).containsOnlyKeys(all);
        assertThat(early.values()).as("of %s", order).allMatch(served -> served >= 3);
    }
}
