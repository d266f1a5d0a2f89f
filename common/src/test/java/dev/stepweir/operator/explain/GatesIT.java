package dev.stepweir.operator.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.Pause;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.Workflow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
