package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdempotencyTest {

    @Test
    void a_shared_key_is_read_written_and_part_of_the_definition() {
        Workflow read = valid("{key: charge, ttl: 3600}");
        Workflow built =
                Workflow.builder("w")
                        .step("a", s -> s.handler("h").idempotency("charge", Duration.ofHours(1)))
                        .build();

        assertThat(read).isEqualTo(built);
        assertThat(WorkflowJson.read(WorkflowJson.write(read))).isEqualTo(read);
        assertThat(read.hash()).isNotEqualTo(valid("{key: charge}").hash());
        assertThat(valid("{key: charge}").steps().getFirst().idempotency())
                .hasValue(new Idempotency("charge", Duration.ofDays(1)));
    }

    @Test
    void a_definition_without_one_is_written_as_before() {
        Workflow plain = Workflow.builder("w").step("a", s -> s.handler("h")).build();

        assertThat(new String(WorkflowJson.write(plain), StandardCharsets.UTF_8))
                .doesNotContain("idempotency");
        assertThat(WorkflowJson.read(WorkflowJson.write(plain))).isEqualTo(plain);
    }

    @Test
    void what_is_no_key_or_no_time_is_a_fault_with_its_place() {
        assertThat(fault("{key: '', ttl: 5}")).contains("idempotency.key", "1 to 200");
        assertThat(fault("{ttl: 5}")).contains("idempotency.key", "is missing");
        assertThat(fault("{key: a, ttl: 0}")).contains("idempotency.ttl", "1 to 2592000");
        assertThat(fault("{key: a, ttl: 3000000}")).contains("idempotency.ttl");
        assertThat(fault("{key: a, ttl: 1.5}")).contains("idempotency.ttl", "whole seconds");
        assertThat(fault("{key: a, tll: 1}")).contains("did you mean 'ttl'");
        assertThat(fault("charge")).contains("an object");
        assertThatThrownBy(() -> new Idempotency("x".repeat(201), Duration.ofDays(1)))
                .hasMessageContaining("201 characters");
    }

    private static Workflow valid(String idempotency) {
        return ((Definition.Valid) read(idempotency)).workflow();
    }

    private static String fault(String idempotency) {
        return ((Definition.Invalid) read(idempotency)).faults().toString();
    }

    private static Definition read(String idempotency) {
        String text =
                "name: w\nsteps:\n  - {name: a, handler: h, idempotency: " + idempotency + "}\n";
        return new DefinitionReader().read(text, "w.yaml");
    }
}
