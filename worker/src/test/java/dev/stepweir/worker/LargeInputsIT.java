package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.CommandProxy;
import dev.stepweir.testkit.proxy.CommandProxy.Fate;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What does not fit into the run itself is read after the step has begun. */
@WithRedis
@Timeout(60)
class LargeInputsIT extends WithRuns {

    private static final Workflow ONE =
            Workflow.builder("one")
                    .step("s", s -> s.handler("h").maxAttempts(1).timeout(Duration.ofMillis(500)))
                    .build();

    private static final int LOST = 2;

    @Test
    void a_step_whose_input_cannot_be_read_yet_waits_and_has_not_failed(TestRedis redis) {
        String large = "x".repeat(100_000);
        AtomicInteger reads = new AtomicInteger();
        CommandProxy.Rule loses =
                command ->
                        command.name().equals("GET") && reads.incrementAndGet() <= LOST
                                ? Fate.LOSES_REPLY
                                : Fate.PASSES;
        try (CommandProxy network = CommandProxy.before(redis.uri(), loses);
                Worker worker =
                        worker().redis(network.uri())
                                .handler("h", String.class, (input, context) -> input.length())
                                .start()) {
            RunId run = runs.start(ONE, large);

            await().atMost(Duration.ofSeconds(40))
                    .until(() -> runs.state(run) == RunState.COMPLETED);
            assertThat(reads).hasValue(LOST + 1);
            assertThat(runs.output(run, "s")).contains("100000");
            assertThat(runs.step(run, "s").ledgers().failures()).isZero();
            await().until(() -> worker.inHand() == 0);
        }
    }
}
