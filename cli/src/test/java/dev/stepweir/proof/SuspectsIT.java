package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.redis.Keys;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Steps whose workers have died twice. */
@WithRedis
class SuspectsIT {

    private static final int STEPS = 40;
    private static final int SUSPECTS = 5;
    private static final Workflow ONE =
            Workflow.builder("one").step("s", s -> s.handler("h")).build();

    private final Set<RunId> suspects = new HashSet<>();
    private final Set<RunId> running = new ConcurrentSkipListSet<>();
    private final List<String> beside = new CopyOnWriteArrayList<>();
    private final List<RunId> done = new CopyOnWriteArrayList<>();

    @Test
    @DisplayName("a step with two crashes is executed by a worker that executes nothing beside it")
    void a_suspect_is_executed_alone(TestRedis server) throws Exception {
        Handlers handlers =
                new Handlers()
                        .add(
                                "h",
                                (input, context) -> {
                                    execute(context.runId());
                                    return null;
                                });
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            List<RunId> runs = stack.submit(ONE, STEPS);
            runs.forEach(run -> await().until(() -> !stored(server, stack, run).isEmpty()));
            for (RunId run : runs.subList(0, SUSPECTS)) {
                Keys keys = stack.namespace().keys(run);
                String twiceCrashed = stored(server, stack, run) + " c=2";
                server.commands().hset(keys.run(run), StepFields.state("s"), twiceCrashed);
                suspects.add(run);
                // Not in that queue: the reconciler publishes it where suspects are.
                await().until(() -> stored(server, stack, run).startsWith("READY 2@"));
            }
            var unused = stack.worker(handlers);
            List<RunId> later = new ArrayList<>(stack.submit(ONE, STEPS));
            for (RunId run : runs) {
                Audit.completed(stack, stack.await(run).id());
            }
            for (RunId run : later) {
                stack.await(run);
            }
            assertThat(beside).isEmpty();
            assertThat(done).hasSize(2 * STEPS).doesNotHaveDuplicates();
        }
    }

    private static String stored(TestRedis server, Stack stack, RunId run) {
        String key = stack.namespace().keys(run).run(run);
        String field = server.commands().hget(key, StepFields.state("s"));
        return field == null ? "" : field;
    }

    private void execute(RunId run) throws InterruptedException {
        note(run);
        running.add(run);
        Stack.pass(Duration.ofMillis(100));
        note(run);
        running.remove(run);
        done.add(run);
    }

    private void note(RunId run) {
        Set<RunId> others = new HashSet<>(running);
        others.remove(run);
        boolean concerned = suspects.contains(run) || others.stream().anyMatch(suspects::contains);
        if (concerned && !others.isEmpty()) {
            beside.add(run + " beside " + others);
        }
    }
}
