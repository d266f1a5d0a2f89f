package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.StepView;
import dev.stepweir.proof.CrashPoint.Occurrence;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.CommandProxy;
import dev.stepweir.testkit.proxy.CommandProxy.Fate;
import dev.stepweir.testkit.proxy.CommandProxy.Rule;
import dev.stepweir.worker.Worker;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Redis does what it is asked, and the worker never hears of it. */
@WithRedis
class LostRepliesIT {

    private static final int STEPS = 4;

    @ParameterizedTest(name = "reply {1} to {0}")
    @DisplayName("S2-069 in_flight_rpc_timeout_doesnt_corrupt_state: charged to nothing")
    @CsvSource({
        "XREADGROUP, 1",
        "advance_steps, 1",
        "advance_steps, 2",
        "advance_steps, 3",
        "advance_steps, 4",
        "advance_steps, 5",
        "heartbeat, 2",
    })
    void a_lost_reply_is_no_crash(String operation, int number, TestRedis server)
            throws InterruptedException {
        AtomicBoolean lost = new AtomicBoolean();
        AtomicInteger seen = new AtomicInteger();
        Occurrence wanted = new Occurrence(operation, number);
        Rule rule =
                command -> {
                    boolean here =
                            CrashPoint.operation(command).equals(wanted.operation())
                                    && seen.incrementAndGet() == wanted.number();
                    lost.compareAndSet(false, here);
                    return here ? Fate.LOSES_REPLY : Fate.PASSES;
                };
        try (Stack stack = Stack.open(server.uri(), server.namespace(), 1);
                CommandProxy proxy = CommandProxy.before(server.uri(), rule)) {
            stack.orchestrator().reaper();
            RunId run = stack.client().submit(Shapes.chain(STEPS, 100), 1).id();
            Worker worker = stack.worker(proxy.uri(), Witness.handlers(stack));
            assertThat(stack.await(run).steps())
                    .allSatisfy(step -> isChargedToNothing(step, worker));
            assertThat(lost).isTrue();
            assertThat(Audit.ofWitnessed(stack, List.of(run)).redeliveries())
                    .isLessThanOrEqualTo(1);
        }
    }

    private static void isChargedToNothing(StepView step, Worker worker) {
        assertThat(step.crashes()).isZero();
        assertThat(step.failures()).isZero();
        assertThat(step.worker()).contains(worker.id());
    }
}
