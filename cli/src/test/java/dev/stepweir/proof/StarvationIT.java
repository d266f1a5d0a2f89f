package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.handler.Handlers;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers with fewer slots than they have lanes and queues to watch: each gets its turn. */
@WithRedis
class StarvationIT {

    private static final int PARTITIONS = 4;
    private static final int LAST = PARTITIONS - 1;

    /** Far more than any step takes here, far less than a heartbeat or the reaper would take. */
    private static final Duration PROMPT = Duration.ofSeconds(15);

    @ParameterizedTest(name = "{0} slots, {1} handlers")
    @CsvSource({"1, 1", "1, 5", "2, 5", "3, 10"})
    @DisplayName("a run in the last of 4 partitions is not starved by the empty ones")
    void a_run_in_the_last_partition_completes(int slots, int handlers, TestRedis server)
            throws Exception {
        Workflow chain = chain(handlers);
        try (Stack stack = Stack.open(server.uri(), server.namespace(), PARTITIONS)) {
            RunId first = submitInLast(stack, chain);
            stack.orchestrator().reaper();
            stack.worker(Stack.WORKER.withConcurrency(slots), handlers(handlers));
            long from = System.nanoTime();
            assertThat(stack.await(first).state()).isEqualTo(RunState.COMPLETED);
            report(slots, handlers, 1, from);

            // And once more, when everything has been idle for a while.
            Stack.pass(Duration.ofMillis(1_500));
            from = System.nanoTime();
            RunId second = submitInLast(stack, chain);
            assertThat(stack.await(second).state()).isEqualTo(RunState.COMPLETED);
            report(slots, handlers, 1, from);
        }
    }

    @Test
    @DisplayName("a worker with 100 slots, 4 partitions and 50 handlers keeps all of them going")
    void many_handlers_in_many_partitions_all_move(TestRedis server) throws Exception {
        int handlers = 50;
        try (Stack stack = Stack.open(server.uri(), server.namespace(), PARTITIONS)) {
            stack.orchestrator().reaper();
            stack.worker(Stack.WORKER.withConcurrency(100), handlers(handlers));
            long from = System.nanoTime();
            RunId alone = submitInLast(stack, chain(handlers));
            assertThat(stack.await(alone).state()).isEqualTo(RunState.COMPLETED);
            report(100, handlers, 1, from);

            from = System.nanoTime();
            List<RunId> runs = stack.submit(chain(handlers), 40);
            assertThat(runs).extracting(RunId::partition).contains(0, 1, 2, 3);
            for (RunId run : runs) {
                assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            }
            report(100, handlers, runs.size(), from);
        }
    }

    /** Where a run goes is left to chance, so those that went elsewhere are cancelled. */
    private static RunId submitInLast(Stack stack, Workflow workflow) {
        List<RunId> elsewhere = new ArrayList<>();
        RunId run = stack.client().submit(workflow, "input").id();
        while (run.partition() != LAST) {
            elsewhere.add(run);
            run = stack.client().submit(workflow, "input").id();
        }
        elsewhere.forEach(other -> stack.client().runs().cancel(other, "test", "elsewhere"));
        return run;
    }

    private static void report(int slots, int handlers, int runs, long fromNanos) {
        Duration took = Duration.ofNanos(System.nanoTime() - fromNanos);
        System.out.printf(
                "[proof] %d slots, %d partitions, %d handlers: %d runs of %d steps in %d ms%n",
                slots, PARTITIONS, handlers, runs, handlers, took.toMillis());
        assertThat(took).isLessThan(PROMPT);
    }

    /** A chain that visits each handler once. */
    private static Workflow chain(int steps) {
        Workflow.Builder chain = Workflow.builder("visit-" + steps);
        for (int i = 0; i < steps; i++) {
            String[] after = i == 0 ? new String[0] : new String[] {"s" + (i - 1)};
            String handler = handler(i);
            chain.step("s" + i, s -> s.handler(handler).after(after));
        }
        return chain.build();
    }

    private static Handlers handlers(int count) {
        Handlers handlers = new Handlers();
        for (int i = 0; i < count; i++) {
            handlers.add(
                    handler(i),
                    (input, context) -> {
                        TimeUnit.MILLISECONDS.sleep(1);
                        return input;
                    });
        }
        return handlers;
    }

    private static String handler(int number) {
        return "visited-" + number;
    }
}
