package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkflowTimeoutTest {

    private static final String STEPS = "\nsteps: [{name: a, handler: h, timeout_ms: 5}]\n";

    private static Definition read(String fields) {
        return new DefinitionReader().read("name: w\n" + fields + STEPS, "w.yaml");
    }

    @ParameterizedTest
    @CsvSource({"timeout_ms: 1500, 1500", "timeout_seconds: 2.5, 2500"})
    void a_run_may_have_a_deadline(String field, long millis) {
        Workflow workflow = ((Definition.Valid) read(field)).workflow();

        assertThat(workflow.timeout()).contains(Duration.ofMillis(millis));
        assertThat(workflow.steps().getFirst().timeout()).contains(Duration.ofMillis(5));
        assertThat(WorkflowJson.read(WorkflowJson.write(workflow))).isEqualTo(workflow);
    }

    @Test
    void one_without_a_deadline_has_the_hash_that_it_always_had() {
        Workflow workflow = ((Definition.Valid) read("description: d")).workflow();

        assertThat(workflow.timeout()).isEmpty();
        assertThat(new String(WorkflowJson.write(workflow), StandardCharsets.UTF_8))
                .containsOnlyOnce("timeout_ms");
    }

    @Test
    void a_deadline_that_cannot_be_is_a_fault_with_its_place() {
        assertThat(((Definition.Invalid) read("timeout_seconds: 0")).faults())
                .singleElement()
                .hasToString(
                        "w.yaml:2:18: timeout_seconds: is out of range (found 0 ms, allowed 1 ms to"
                                + " 2592000000 ms (30 days))");
        assertThat(((Definition.Invalid) read("timeout_seconds: 3\ntimeout_ms: 4")).faults())
                .singleElement()
                .asString()
                .contains("timeout_seconds: stands beside timeout_ms");
        Workflow.Builder endless =
                Workflow.builder("w").timeout(Duration.ofDays(31)).step("a", s -> s.handler("h"));
        assertThatThrownBy(endless::build)
                .isInstanceOf(InvalidWorkflowException.class)
                .hasMessageContaining("timeout_ms");
    }
}
