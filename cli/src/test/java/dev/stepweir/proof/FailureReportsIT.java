package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.embedded.RedisServerOptions.AppendFsync;
import dev.stepweir.failure.ErrorHandlingAction;
import dev.stepweir.failure.ErrorHandlingResult;
import dev.stepweir.operator.RunView;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.Script;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.testkit.proxy.CommandProxy;
import dev.stepweir.testkit.proxy.CommandProxy.Fate;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reports of failures that do not get through, or get through without an answer. */
@WithRedis(privateServer = true, appendFsync = AppendFsync.ALWAYS)
class FailureReportsIT {

    private static final Workflow ONE =
            Workflow.builder("one")
                    .step(
                            "only",
                            s -> s.handler("fail").backoff(Backoff.FIXED, Duration.ofMillis(50)))
                    .build();

    private final List<ErrorHandlingResult> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();

    private Worker worker(Stack stack, Redis redis, Runnable beforeFailing) {
        return Worker.builder()
                .namespace(stack.namespace().name())
                .config(Stack.WORKER)
                .onFailure(told::add)
                .handler(
                        "fail",
                        (input, context) -> {
                            calls.incrementAndGet();
                            beforeFailing.run();
                            throw new IOException("boom");
                        })
                .start(redis);
    }

    @Test
    @DisplayName("S1-05: the second report of one failure takes no action")
    void a_repeated_report_takes_no_action(TestRedis server) throws Exception {
        AtomicInteger reports = new AtomicInteger();
        CommandProxy.Rule losesFirstReply =
                command -> {
                    boolean report = CrashPoint.operation(command).equals("fail_step");
                    return report && reports.incrementAndGet() == 1
                            ? Fate.LOSES_REPLY
                            : Fate.PASSES;
                };
        try (Stack stack = Stack.open(server).orchestrator().reaper();
                CommandProxy proxy = CommandProxy.before(server.uri(), losesFirstReply);
                Redis redis = Redis.connect(proxy.uri(), "proof-worker");
                Worker worker = worker(stack, redis, () -> {})) {
            assertThat(worker.id()).isNotEmpty();
            // Loaded beforehand: the reply that is lost is to be that of a report that counted.
            byte[] script = Bytes.of(Script.FAIL_STEP.source());
            assertThat(RedisFutures.join(stack.redis().commands().scriptLoad(script))).isNotEmpty();
            RunView run = stack.await(stack.client().submit(ONE, null).id());

            assertThat(calls).hasValue(3);
            assertThat(run.steps().getFirst().failures()).isEqualTo(3);
            await().atMost(Stack.SOON).until(() -> told.size() == 3);
            assertThat(told)
                    .extracting(ErrorHandlingResult::action)
                    .contains(ErrorHandlingAction.NO_ACTION_TAKEN)
                    .contains(ErrorHandlingAction.MARKED_AS_ERROR);
            assertThat(stack.client().runs().history(run.id()))
                    .filteredOn(entry -> entry.errorHandling().isPresent())
                    .hasSize(3);
        }
    }

    @Test
    @DisplayName("S1-14, S1-20: Redis is away while a failure is reported; it is told later, whole")
    void a_failure_is_reported_when_redis_is_back(TestRedis server) throws Exception {
        CountDownLatch paused = new CountDownLatch(1);
        try (Stack stack = Stack.open(server).orchestrator();
                Redis redis = Redis.connect(server.uri(), "proof-worker");
                Worker worker =
                        worker(
                                stack,
                                redis,
                                () -> {
                                    if (calls.get() == 1) {
                                        server.server().kill();
                                        paused.countDown();
                                    }
                                })) {
            assertThat(worker.id()).isNotEmpty();
            RunId run = stack.client().submit(ONE, null).id();
            paused.await();
            Stack.pass(Duration.ofMillis(300));
            server.server().startAgain();

            RunView view = stack.await(run);
            assertThat(view.steps().getFirst().failures()).isEqualTo(3);
            assertThat(view.steps().getFirst().crashes()).isZero();
            assertThat(calls).hasValue(3);
        }
    }
}
