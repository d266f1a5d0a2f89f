package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class WorkflowHashTest {

    private static String hash(Consumer<StepDefinition.Builder> change) {
        return Workflow.builder("w")
                .step("a", s -> s.handler("h"))
                .step("c", s -> s.handler("h"))
                .step("b", s -> change.accept(s.handler("h").after("a").setting("x", 1)))
                .build()
                .hash();
    }

    private static String read(String text) {
        return switch (new DefinitionReader().read(text, "w.yaml")) {
            case Definition.Valid valid -> valid.workflow().hash();
            case Definition.Invalid invalid -> throw new AssertionError(invalid.toString());
        };
    }

    @Test
    void the_order_of_keys_and_defaults_left_out_do_not_matter() {
        String brief =
                """
                name: w
                steps:
                - {name: a, handler: {callable: h, initialization: {x: {p: 1, q: 2}, y: 2}}}
                """;
        String full =
                """
                version: "1"
                steps:
                  - retry: {max_attempts: 3, backoff: exponential, backoff_base_ms: 1000}
                    settings: {y: 2, x: {q: 2, p: 1}}
                    dependencies: []
                    type: standard
                    handler: h
                    name: a
                namespace_name: default
                description: ""
                name: w
                """;
        String dag =
                """
                {"dag": {"nodes": [{"config": {"y": 2, "x": {"q": 2, "p": 1}},
                                    "handler": "h", "id": "a"}]}, "name": "w"}
                """;

        assertThat(read(brief)).isEqualTo(read(full)).isEqualTo(read(dag)).hasSize(32);
    }

    @Test
    void the_hash_of_a_given_workflow_never_changes() {
        assertThat(hash(s -> {})).isEqualTo("402919091bcbb0d923e817de53efb492");
    }

    @Test
    void anything_that_changes_makes_another_hash() {
        List<Consumer<StepDefinition.Builder>> changes =
                List.of(
                        s -> {},
                        s -> s.handler("other"),
                        s -> s.type(StepType.BATCHABLE),
                        s -> s.after("c"),
                        s -> s.setting("x", 2),
                        s -> s.setting("x", 1.0),
                        s -> s.setting("x", "1"),
                        s -> s.setting("x", null),
                        s -> s.setting("y", 1),
                        s -> s.retryable(false),
                        s -> s.maxAttempts(4),
                        s -> s.backoff(Backoff.FIXED, Duration.ofSeconds(1)),
                        s -> s.backoff(Backoff.EXPONENTIAL, Duration.ofSeconds(2)),
                        s -> s.multiplier(1.5),
                        s -> s.cap(Duration.ofSeconds(30)),
                        s -> s.cap(Duration.ofSeconds(31)),
                        s -> s.timeout(Duration.ofSeconds(1)),
                        s -> s.description("text"));
        Set<String> hashes = new HashSet<>();

        changes.forEach(change -> assertThat(hashes.add(hash(change))).isTrue());
        for (Workflow.Builder other :
                List.of(
                        Workflow.builder("w"),
                        Workflow.builder("v"),
                        Workflow.builder("w").version("2"),
                        Workflow.builder("w").namespace("n"),
                        Workflow.builder("w").description("d"))) {
            assertThat(hashes.add(other.build().hash())).isTrue();
        }
    }
}
