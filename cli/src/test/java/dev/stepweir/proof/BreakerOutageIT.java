package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerState;
import dev.stepweir.breaker.BreakerView;
import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.HistoryEntry;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.Closing;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.BreakerPolicy;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A dependency that is down for a while, with many workers that would call it. */
@WithRedis
class BreakerOutageIT {

    private static final int WORKERS = 20;
    private static final Duration OUTAGE = Duration.ofSeconds(6);
    private static final BreakerPolicy POLICY =
            new BreakerPolicy("payments", 5, Duration.ofSeconds(2));
    private static final Workflow WORKFLOW =
            Workflow.builder("pay").step("pay", s -> s.handler("pay").breaker(POLICY)).build();

    private final Collection<Long> calls = new ConcurrentLinkedQueue<>();
    private volatile boolean down = true;

    private Handlers handlers() {
        return new Handlers()
                .add(
                        "pay",
                        (input, context) -> {
                            calls.add(System.currentTimeMillis());
                            Stack.pass(Duration.ofMillis(20));
                            if (down) {
                                throw new IOException("connection refused");
                            }
                            return "paid";
                        });
    }

    @Test
    @DisplayName("U1, S3-07, S3-08, S3-10, B9, J03: (a, b, h) an outage opens one breaker for all")
    void an_outage_burns_no_attempts_and_is_probed_by_one_call_at_a_time(TestRedis redis)
            throws Exception {
        try (Stack stack = Stack.open(redis).orchestrator().reaper().orchestrator()) {
            List<Worker> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                workers.add(
                        Worker.builder()
                                .namespace(redis.namespace())
                                .config(Stack.WORKER.withConcurrency(2))
                                .handlers(handlers())
                                .start(stack.redis()));
            }
            try {
                outage(stack);
            } finally {
                Closing.together(workers);
            }
        }
    }

    private void outage(Stack stack) throws Exception {
        List<RunId> before = stack.submit(WORKFLOW, 60);
        await().atMost(Stack.SOON).until(() -> payments(stack).state() == BreakerState.OPEN);
        long opened = payments(stack).sinceMillis();
        List<RunId> runs = new ArrayList<>(before);
        runs.addAll(stack.submit(WORKFLOW, 140));
        await().atMost(Stack.SOON).until(() -> parked(stack) >= runs.size() - 1);
        StepView held = stack.client().show(runs.getLast()).orElseThrow().steps().getFirst();
        assertThat(held.state()).isEqualTo(StepStatus.PARKED);
        Stack.pass(OUTAGE);
        List<Long> late = calls.stream().filter(at -> at > opened + 1_000).toList();
        int probes = payments(stack).probes();
        assertThat(late).as("only probes, one at a time").hasSizeLessThanOrEqualTo(probes);
        assertThat(late).isNotEmpty();
        int callsOfOutage = calls.size();
        List<List<String>> waiting = waiting(stack);

        down = false;
        int attempts = 0;
        for (RunId run : runs) {
            RunView end = stack.await(run);
            assertThat(end.state()).isEqualTo(RunState.COMPLETED);
            attempts += end.steps().getFirst().failures();
        }
        assertThat(attempts)
                .as("calls before it opened are charged, probes are not")
                .isLessThanOrEqualTo(callsOfOutage - late.size());
        assertThat(stack.client().deadLetters().count()).isZero();
        await().atMost(Stack.SOON).until(() -> stack.client().breakers().list().isEmpty());
        assertThat(stack.client().runs().history(runs.getLast()).stream().map(HistoryEntry::event))
                .contains("PARKED", "RELEASED", "SUCCEEDED");
        for (List<String> members : waiting) {
            assertThat(members.stream().map(member -> lastRelease(stack, member)).toList())
                    .as("released as they were first ready")
                    .isSorted();
        }
    }

    /** The parked steps of each partition in their order, without those that may be probes. */
    private static List<List<String>> waiting(Stack stack) {
        return stack.namespace().all().stream()
                .map(keys -> Bytes.of(keys.parked("payments")))
                .map(key -> RedisFutures.join(stack.redis().commands().zrange(key, 10, -1)))
                .map(members -> members.stream().map(Bytes::text).toList())
                .toList();
    }

    private static long lastRelease(Stack stack, String member) {
        RunId run = new RunId(member.substring(0, 36));
        return stack.client().runs().history(run).stream()
                .filter(entry -> entry.event().equals("RELEASED"))
                .mapToLong(entry -> entry.at().toEpochMilli())
                .max()
                .orElseThrow();
    }

    private static Breaker payments(Stack stack) {
        return stack.client().breakers().show("payments").breaker();
    }

    private static long parked(Stack stack) {
        BreakerView view = stack.client().breakers().show("payments");
        return view.parked();
    }
}
