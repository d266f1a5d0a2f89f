package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Keys;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkflowTest {

    private static Workflow.Builder index() {
        return Workflow.builder("index")
                .step("list", s -> s.handler("list-files").setting("dir", "."))
                .step(
                        "count",
                        s ->
                                s.handler("count")
                                        .after("list")
                                        .timeout(Duration.ofSeconds(30))
                                        .maxAttempts(5)
                                        .backoff(
                                                Backoff.EXPONENTIAL,
                                                Duration.ofMillis(50),
                                                Duration.ofMillis(500)));
    }

    private static List<Fault> faultsOf(Workflow.Builder builder) {
        return catchThrowableOfType(InvalidWorkflowException.class, builder::build).faults();
    }

    @Test
    void the_builder_says_what_the_workflow_is() {
        Workflow workflow = index().version("2").namespace("docs").build();

        StepDefinition count = workflow.step("count").orElseThrow();
        assertThat(workflow).hasToString("docs/index@2 (2 steps)");
        assertThat(count.dependencies()).containsExactly("list");
        assertThat(count.timeout()).contains(Duration.ofSeconds(30));
        assertThat(count.retry().maxAttempts()).isEqualTo(5);
        assertThat(count.retry().hardCap()).isTrue();
        assertThat(workflow.step("list").orElseThrow().settings()).containsEntry("dir", ".");
        assertThat(workflow.step("lost")).isEmpty();
    }

    @Test
    void building_names_every_fault_at_once() {
        List<Fault> faults =
                faultsOf(
                        Workflow.builder(" ")
                                .namespace("a{b}")
                                .step("a", s -> s.handler("h").after("b", "ghost"))
                                .step("b", s -> s.after("a").maxAttempts(0).retryable(true))
                                .step("b", s -> s.handler("h").timeout(Duration.ofMillis(-1)))
                                .step("c", s -> s.handler("h").setting("x", new Object())));

        assertThat(faults)
                .extracting(Fault::field)
                .containsExactlyInAnyOrder(
                        "name",
                        "namespace_name",
                        "steps[0].dependencies[0]",
                        "steps[0].dependencies[1]",
                        "steps[1].handler",
                        "steps[1].retry.max_attempts",
                        "steps[2].name",
                        "steps[2].timeout_ms",
                        "steps[3].settings");
        assertThat(faults).extracting(Fault::found).contains("a -> b -> a");
    }

    @Test
    @DisplayName("R9, S2-100: a workflow without steps is valid")
    void a_workflow_without_steps_is_valid() {
        Graph graph = Graph.of(Workflow.builder("nothing").build());

        assertThat(graph.roots()).isEmpty();
        assertThat(graph.topologicalOrder()).isEmpty();
        assertThat(graph.depth()).isZero();
    }

    @Test
    void a_workflow_that_exists_can_be_read_again() {
        Object deepest = "x";
        for (int level = StepDefinition.ABOVE_SETTINGS + 1; level < Json.MAX_DEPTH; level++) {
            deepest = List.of(deepest);
        }
        Object tooDeep = List.of(deepest);
        BigInteger longest = BigInteger.TEN.pow(Json.MAX_DIGITS).subtract(BigInteger.ONE);
        for (Object good : List.of(deepest, longest, Map.of("k".repeat(60_000), 1))) {
            Workflow workflow = withSetting(good).build();
            assertThat(WorkflowJson.read(WorkflowJson.write(workflow))).isEqualTo(workflow);
        }
        for (Object bad :
                List.of(tooDeep, longest.add(BigInteger.ONE), new BigDecimal("0." + longest + 1))) {
            assertThat(faultsOf(withSetting(bad)))
                    .singleElement()
                    .extracting(Fault::field)
                    .isEqualTo("steps[0].settings");
        }
    }

    private static Workflow.Builder withSetting(Object value) {
        return Workflow.builder("w").step("a", s -> s.handler("h").setting("v", value));
    }

    @Test
    void settings_cannot_be_changed_from_outside() {
        List<Object> list = new ArrayList<>(List.of(1));
        Map<String, Object> map = new HashMap<>(Map.of("list", list));
        Workflow workflow =
                Workflow.builder("w").step("a", s -> s.handler("h").settings(map)).build();

        list.add(2);
        map.put("more", true);

        assertThat(workflow.steps().getFirst().settings()).isEqualTo(Map.of("list", List.of(1)));
    }

    @Test
    void the_stored_form_reads_back_equal() {
        Workflow workflow =
                index().step(
                                "all",
                                s ->
                                        s.handler("h")
                                                .type(StepType.BATCHABLE)
                                                .after("list", "count")
                                                .description(
                                                        "with \"quotes\" and \u00fcml\u00e4uts")
                                                .setting("long", 1L << 40)
                                                .setting("small", 7L)
                                                .setting(
                                                        "big",
                                                        new java.math.BigInteger("9".repeat(30)))
                                                .setting("fine", new java.math.BigDecimal("0.1000"))
                                                .setting(
                                                        "exact",
                                                        new java.math.BigDecimal(
                                                                "0.12345678901234567890"))
                                                .setting("none", null)
                                                .setting(
                                                        "deep",
                                                        Map.of("b", List.of(1.5, true), "a", "x"))
                                                .retryable(false))
                        .build();

        assertThat(WorkflowJson.read(WorkflowJson.write(workflow))).isEqualTo(workflow);
        assertThat(WorkflowJson.read(WorkflowJson.write(workflow)).hash())
                .isEqualTo(workflow.hash())
                .matches("[0-9a-f]{32}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "default",
                "rust_e2e_retry",
                "0",
                "a.b-c",
                "",
                "A",
                "-a",
                "a b",
                "a{b}",
                "a:b",
                "\u00FC",
                "LONGEST",
                "TOO LONG"
            })
    void a_namespace_is_valid_where_keys_can_be_made_of_it(String shown) {
        String name =
                switch (shown) {
                    case "LONGEST" -> "n".repeat(63);
                    case "TOO LONG" -> "n".repeat(64);
                    default -> shown;
                };
        boolean keys = catchThrowable(() -> new Keys(name, 0)) == null;
        boolean workflow =
                catchThrowable(() -> Workflow.builder("w").namespace(name).build()) == null;

        assertThat(workflow).isEqualTo(keys);
    }
}
