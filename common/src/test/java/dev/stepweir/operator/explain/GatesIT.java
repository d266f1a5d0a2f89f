package dev.stepweir.operator.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.Pause;
import dev.stepweir.operator.explain.Cause.EntryLost;
import dev.stepweir.operator.explain.Cause.InQueue;
import dev.stepweir.operator.explain.Cause.NoWorker;
import dev.stepweir.operator.explain.Cause.QueuePaused;
import dev.stepweir.operator.explain.Cause.Running;
import dev.stepweir.operator.fleet.Queues;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.QueueName;
import dev.stepweir.workflow.Workflow;
import io.lettuce.core.Consumer;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@WithRedis
class GatesIT {

    private static final Graph PAIR =
            Graph.of(
                    Workflow.builder("pair")
                            .step("first", s -> s.handler("work"))
                            .step("second", s -> s.handler("work").after("first"))
                            .build());

    @Test
    void every_cause_has_a_gate_that_can_name_it_and_only_one() {
        List<Class<? extends Cause>> named =
                Gates.ALL.stream().flatMap(gate -> gate.causes().stream()).toList();

        assertThat(named).doesNotHaveDuplicates();
        assertThat(Set.<Class<?>>copyOf(named))
                .isEqualTo(
                        Stream.of(Cause.class.getPermittedSubclasses())
                                .collect(Collectors.toSet()));
    }

    @Test
    void no_state_of_a_run_or_a_step_is_without_a_cause(TestRedis server) {
        try (Redis redis = Redis.connect(server.uri(), "test")) {
            Namespace namespace = Namespace.open(redis, server.namespace());
            for (RunState run : RunState.values()) {
                for (StepState step : StepState.values()) {
                    for (String name : List.of("first", "second")) {
                        SeenRun seen =
                                seen(new Facts(redis, namespace), namespace, run, name, step);
                        List<Cause> causes = seen.because(name);
                        assertThat(causes).as("%s in a run that is %s", step, run).isNotEmpty();
                        assertThat(causes)
                                .allSatisfy(cause -> {
                                    assertThat(cause.sentence()).doesNotContain("Optional", "[]");
                                    assertThat(cause.word()).matches("[A-Z_]+");
                                });
                    }
                }
            }
        }
    }

    @Test
    void a_suspect_is_looked_for_in_the_queue_of_suspects(TestRedis server) {
        try (Redis redis = Redis.connect(server.uri(), "test")) {
            Namespace namespace = Namespace.open(redis, server.namespace());
            RunId id = namespace.newRunId();
            String queue = namespace.keys(id).queue(QueueName.of("work", true));
            RedisCommands<String, String> commands = server.commands();
            String entry = commands.xadd(queue, "s", "entry");
            SeenRun seen = crashedTwice(new Facts(redis, namespace), id, entry);

            assertThat(seen.because("first")).hasOnlyElementsOfType(NoWorker.class);

            alive(commands, namespace, "w1");
            seen = crashedTwice(new Facts(redis, namespace), id, entry);
            assertThat(seen.because("first"))
                    .containsExactly(new InQueue("work:solo", 0, false, 1));

            commands.xgroupCreate(StreamOffset.from(queue, "0"), Keys.WORKER_GROUP);
            commands.xreadgroup(
                    Consumer.from(Keys.WORKER_GROUP, "w1"), StreamOffset.lastConsumed(queue));
            seen = crashedTwice(new Facts(redis, namespace), id, entry);
            assertThat(seen.because("first")).containsExactly(new Running("w1", Optional.empty()));

            commands.xdel(queue, entry);
            commands.xack(queue, Keys.WORKER_GROUP, entry);
            seen = crashedTwice(new Facts(redis, namespace), id, entry);
            assertThat(seen.because("first")).containsExactly(new EntryLost("work:solo", 0));

            new Queues(redis, namespace).pause("work", "ada", "");
            seen = crashedTwice(new Facts(redis, namespace), id, entry);
            assertThat(seen.because("first")).hasOnlyElementsOfType(QueuePaused.class);
        }
    }

    private static SeenRun crashedTwice(Facts facts, RunId id, String entry) {
        Map<String, String> fields = Map.of(StepFields.state("first"), "READY 3@" + entry + " c=2");
        return new SeenRun(id, new RunHead(RunState.RUNNING, "hash", 0), PAIR, fields, facts);
    }

    /** A worker that has the handler and gives signs of life. */
    private static void alive(
            RedisCommands<String, String> commands, Namespace namespace, String worker) {
        long now = Long.parseLong(commands.time().getFirst()) * 1_000;
        commands.zadd(namespace.keys(0).workerBeats(), now, worker);
        commands.hset(namespace.keys(0).workerRecords(), worker, "{\"handlers\":[\"work\"]}");
    }

    private static SeenRun seen(
            Facts facts, Namespace namespace, RunState run, String step, StepState state) {
        Map<String, String> fields = new HashMap<>(Map.of("submitted", "1000", "finished", "2000"));
        fields.put("paused", "1500 " + Pause.record("ada", "too early"));
        String stored = stored(state);
        if (!stored.isEmpty()) {
            fields.put(StepFields.state(step), stored);
        }
        RunHead head = new RunHead(run, "hash", 0);
        return new SeenRun(namespace.newRunId(), head, PAIR, fields, facts);
    }

    /** As Redis has it; a new state must be added here, and a gate for it in {@link Gates}. */
    private static String stored(StepState state) {
        return switch (state) {
            case PENDING -> "";
            case READY -> "READY 1@1-1";
            case WAITING_FOR_RETRY -> "WAITING_FOR_RETRY 1@1-1 f=1 due=1700000000000";
            case PARKED -> "PARKED 1@1-1 at=1700000000000";
            case SUCCEEDED -> "SUCCEEDED 1@1-1 w=w1 to=1700000000000 ms=5";
            case SKIPPED -> "SKIPPED 2@1-1 w=operator ms=0 to=1700000000000";
            case DEAD -> "DEAD 1@1-1 f=1 dlq=1-1";
        };
    }
}
