package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@WithRedis
@Timeout(60)
class LargeOutputsIT extends WithRuns {

    private static final int STEPS = 120;
    private static final int SLOTS = 8;
    private static final String LARGE = "x".repeat(300 * 1024);

    @Test
    void no_more_is_taken_while_results_that_are_finished_wait_for_their_turn() {
        AtomicInteger most = new AtomicInteger();
        Workflow.Builder fan = Workflow.builder("fan");
        for (int i = 0; i < STEPS; i++) {
            fan.step("s" + i, s -> s.handler("h"));
        }
        try (Worker worker =
                worker().concurrency(SLOTS).handler("h", (input, context) -> LARGE).start()) {
            RunId run = runs.start(fan.build(), null);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        most.accumulateAndGet(worker.inHand(), Math::max);
                        return runs.state(run) == RunState.COMPLETED;
                    });
        }
        // What executes, what is being committed, and what one more turn may carry.
        assertThat(most.get()).isLessThanOrEqualTo(2 * SLOTS);
    }
}
