package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.StepHandler;
import dev.stepweir.operator.StepView;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.SupersededException;
import dev.stepweir.worker.Worker;
import dev.stepweir.worker.WorkerConfig;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Workers that start under the name of one that lives. */
@WithRedis
@Timeout(120)
class NamedWorkersIT {

    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h")).build();

    /** Hears nothing at a heartbeat, only by its reports. */
    private static final WorkerConfig BEATS_SELDOM =
            Stack.WORKER.withHeartbeat(Duration.ofMinutes(9));

    private final CountDownLatch late = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();
    private final AtomicInteger executed = new AtomicInteger();

    @Test
    @DisplayName(
            "S2-002 worker_reregistration_same_queue_updates_existing:"
                    + " one row, epoch 2, and what the old epoch reports is refused")
    void the_report_of_an_older_epoch_is_refused(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator();
                Worker first = named(stack, BEATS_SELDOM, (input, context) -> executeLate())) {
            Set<RunId> runs = oneInEachPartition(stack);
            try (Worker second = named(stack, Stack.WORKER, (input, context) -> execute())) {
                assertThat(first.id()).isEqualTo("billing#1");
                assertThat(second.id()).isEqualTo("billing#2");
                assertThat(stack.client().fleet().workers())
                        .singleElement()
                        .satisfies(worker -> {
                            assertThat(worker.id()).isEqualTo("billing#2");
                            assertThat(worker.record().path("epoch").asInt()).isEqualTo(2);
                        });
                assertThat(executed).hasValue(0);

                late.countDown();
                assertExecutedBySecond(stack, runs);
                assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(first.inHand()).isZero();
            }
        }
    }

    @Test
    @DisplayName("what fails in an older epoch is charged to nobody")
    void the_failure_of_an_older_epoch_is_refused(TestRedis server) throws Exception {
        try (Stack stack = Stack.open(server).orchestrator();
                Worker first =
                        named(
                                stack,
                                Stack.WORKER.withHeartbeat(Duration.ofSeconds(3)),
                                (input, context) -> {
                                    begun.incrementAndGet();
                                    late.await();
                                    throw new IllegalStateException("too late");
                                })) {
            Set<RunId> runs = oneInEachPartition(stack);
            try (Worker second = named(stack, Stack.WORKER, (input, context) -> execute())) {
                assertThat(second.id()).isNotEqualTo(first.id());
                late.countDown();
                assertExecutedBySecond(stack, runs);
                assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    @DisplayName("a worker learns at a heartbeat that another has its name, and hands back")
    void a_living_worker_gives_up_what_it_executes(TestRedis server) throws Exception {
        // Without a reaper: what the second executes was handed back by the first.
        try (Stack stack = Stack.open(server).orchestrator();
                Worker first = named(stack, Stack.WORKER, (input, context) -> executeForEver())) {
            Set<RunId> runs = oneInEachPartition(stack);
            try (Worker second = named(stack, Stack.WORKER, (input, context) -> execute())) {
                assertThat(second.id()).isNotEqualTo(first.id());
                assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
                await().untilAtomic(interrupted, count -> assertThat(count).isEqualTo(runs.size()));
                assertExecutedBySecond(stack, runs);
            }
        }
    }

    @Test
    @DisplayName("a worker that is being closed waits for nothing more once another has its name")
    void one_that_drains_gives_up_too(TestRedis server) throws Exception {
        WorkerConfig patient = Stack.WORKER.withDrain(Duration.ofMinutes(30));
        // Without a reaper: what the second executes was handed back by the first.
        try (Stack stack = Stack.open(server).orchestrator()) {
            Worker first = named(stack, patient, (input, context) -> executeForEver());
            Set<RunId> runs = oneInEachPartition(stack);
            Thread closing = Thread.ofVirtual().start(first::close);
            await().until(() -> {
                JsonNode record = stack.client().fleet().workers().getFirst().record();
                return record.path("draining").asBoolean();
            });
            try (Worker second = named(stack, Stack.WORKER, (input, context) -> execute())) {
                assertThat(second.id()).isNotEqualTo(first.id());
                assertThat(closing.join(Stack.SOON)).isTrue();
                assertThat(over.await(60, TimeUnit.SECONDS)).isTrue();
                assertExecutedBySecond(stack, runs);
            }
        }
    }

    @Test
    @DisplayName("of two that start at once the one with the lower epoch does not start")
    void one_that_is_superseded_while_it_starts_leaves_nothing(TestRedis server) {
        try (Stack stack = Stack.open(server)) {
            server.commands().hset(stack.namespace().keys(1).workerNames(), "billing", "2");
            int before = server.commands().clientList().lines().toList().size();

            assertThatThrownBy(() -> named(stack, Stack.WORKER, (input, context) -> execute()))
                    .isInstanceOf(SupersededException.class)
                    .hasMessageStartingWith("worker 'billing#1' did not start");

            await().until(() -> server.commands().clientList().lines().toList().size() == before);
            assertThat(stack.client().fleet().workers()).isEmpty();
        }
    }

    private Worker named(Stack stack, WorkerConfig config, StepHandler<JsonNode, ?> handler) {
        return Worker.builder()
                .redis(stack.uri())
                .namespace(stack.namespace().name())
                .name("billing")
                .config(config)
                .onSuperseded(over::countDown)
                .handler("h", handler)
                .start();
    }

    /** Each begun by the worker that there is. */
    private Set<RunId> oneInEachPartition(Stack stack) {
        List<RunId> runs = new ArrayList<>();
        Set<Integer> partitions = new HashSet<>();
        while (partitions.size() < stack.namespace().partitions()) {
            runs.addAll(stack.submit(ONE, 1));
            partitions.add(runs.getLast().partition());
        }
        await().atMost(Stack.SOON).until(() -> begun.get() == runs.size());
        return Set.copyOf(runs);
    }

    private void assertExecutedBySecond(Stack stack, Set<RunId> runs) throws InterruptedException {
        for (RunId run : runs) {
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
            StepView step = stack.client().show(run).orElseThrow().steps().getFirst();
            assertThat(step.worker()).contains("billing#2");
            assertThat(step.output().asString()).isEqualTo("second");
            assertThat(step.crashes()).isZero();
            assertThat(step.failures()).isZero();
        }
        assertThat(executed).hasValue(runs.size());
    }

    private String execute() {
        executed.incrementAndGet();
        return "second";
    }

    private String executeLate() throws InterruptedException {
        begun.incrementAndGet();
        late.await();
        return "first";
    }

    private String executeForEver() throws InterruptedException {
        begun.incrementAndGet();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException givenUp) {
            interrupted.incrementAndGet();
            throw givenUp;
        }
        return "first";
    }
}
