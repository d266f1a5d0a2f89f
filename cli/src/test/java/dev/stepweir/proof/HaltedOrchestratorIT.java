package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.RunView;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.FaultProxy;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One of two orchestrators halts, in the midst of whatever it does. */
@WithRedis
class HaltedOrchestratorIT {

    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final int RUNS = 20;

    private static final Workflow ONE =
            Workflow.builder("one")
                    .step("only", s -> s.handler("fail-once").backoff(Backoff.FIXED, DELAY))
                    .build();

    @Test
    @DisplayName("S0-10, S2-038: a due timer is served although one orchestrator halts")
    void a_due_timer_is_served_although_one_orchestrator_halts(TestRedis server) throws Exception {
        Map<String, Long> failed = new ConcurrentHashMap<>();
        Map<String, Long> again = new ConcurrentHashMap<>();
        Handlers handlers =
                new Handlers()
                        .add(
                                "fail-once",
                                (input, context) -> {
                                    String run = context.runId().text();
                                    if (context.attempt() == 1) {
                                        failed.put(run, System.nanoTime() / 1_000_000);
                                        throw new IOException("the first time");
                                    }
                                    again.put(run, System.nanoTime() / 1_000_000);
                                    return null;
                                });
        try (Stack stack = Stack.open(server);
                FaultProxy proxy = FaultProxy.before(server.uri())) {
            stack.orchestrator(proxy.uri()).orchestrator();
            stack.worker(handlers);
            List<RunId> runs = stack.submit(ONE, RUNS);
            while (failed.size() < RUNS) {
                Stack.pass(Duration.ofMillis(10));
            }
            proxy.freeze();
            List<Long> late = new ArrayList<>();
            for (RunId run : runs) {
                RunView view = stack.await(run);
                assertThat(view.state()).isEqualTo(RunState.COMPLETED);
                late.add(again.get(run.text()) - failed.get(run.text()) - DELAY.toMillis());
            }
            System.out.println("[proof] ms from failure to retry beyond the delay " + late);
            assertThat(late).allMatch(ms -> ms >= -1 && ms < DELAY.toMillis() / 2 + 2_000);
            proxy.thaw();
        }
    }
}
