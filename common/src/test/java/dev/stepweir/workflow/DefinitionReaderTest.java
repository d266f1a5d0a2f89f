package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.stepweir.failure.ErrorHandlingConfig;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.workflow.Definition.Invalid;
import dev.stepweir.workflow.Definition.Valid;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionReaderTest {

    private final DefinitionReader reader = new DefinitionReader();

    private static Path fixture(String name) {
        try {
            var url = DefinitionReaderTest.class.getResource("/definitions/" + name);
            assertThat(url).as(name).isNotNull();
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private Valid valid(Definition definition) {
        return switch (definition) {
            case Valid valid -> valid;
            case Invalid invalid -> throw new AssertionError(invalid.faults().toString());
        };
    }

    private Workflow load(String name) {
        return valid(reader.read(fixture(name))).workflow();
    }

    private List<Fault> faults(String text, String source) {
        return switch (reader.read(text, source)) {
            case Invalid invalid -> invalid.faults();
            case Valid valid -> throw new AssertionError("valid: " + valid.workflow());
        };
    }

    @Test
    @DisplayName("S0-26, S0-27: the template retry_mechanics_test loads unchanged")
    void template_retry_mechanics_test_loads() {
        Valid definition = valid(reader.read(fixture("templates/retry_mechanics_test.yaml")));

        StepDefinition step = definition.workflow().steps().getFirst();
        assertThat(definition.warnings()).isEmpty();
        assertThat(definition.workflow())
                .hasToString("rust_e2e_retry/retry_mechanics_test@1.0.0 (1 step)");
        assertThat(definition.workflow().runnable()).isEmpty();
        assertThat(step.handler()).isEqualTo("FailNTimesHandler");
        assertThat(step.settings()).isEqualTo(Map.of("fail_count", 2));
        assertThat(step.timeout()).contains(Duration.ofMinutes(5));
        assertThat(step.retry())
                .isEqualTo(
                        new RetryPolicy(
                                true,
                                5,
                                Backoff.EXPONENTIAL,
                                Duration.ofMillis(50),
                                2,
                                Duration.ofMillis(200),
                                true));
    }

    @Test
    @DisplayName("S0-26, S0-28: the template retry_exhaustion_test loads unchanged")
    void template_retry_exhaustion_test_loads() {
        StepDefinition step = load("templates/retry_exhaustion_test.yaml").steps().getFirst();

        assertThat(step.settings()).isEqualTo(Map.of("fail_count", 10));
        assertThat(step.retry().maxAttempts()).isEqualTo(3);
        assertThat(step.retry().cap()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    @DisplayName("S0-26, S0-29, S0-30: the template batch_resumption_test loads unchanged")
    void template_batch_resumption_test_loads() {
        Workflow workflow = load("templates/batch_resumption_test.yaml");

        assertThat(workflow.steps())
                .extracting(StepDefinition::type)
                .containsExactly(
                        StepType.BATCHABLE, StepType.BATCH_WORKER, StepType.DEFERRED_CONVERGENCE);
        assertThat(workflow.step("process_batch").orElseThrow().settings())
                .isEqualTo(
                        Map.of(
                                "checkpoint_interval", 25,
                                "fail_after_items", 50,
                                "fail_on_attempt", 1));
        assertThat(Graph.of(workflow).topologicalOrder())
                .containsExactly("analyze_data", "process_batch", "aggregate_results");
        assertThat(workflow.runnable())
                .extracting(Fault::field)
                .containsExactly("steps[0].type", "steps[1].type", "steps[2].type");
    }

    @ParameterizedTest
    @MethodSource("dags")
    @DisplayName("S3-29, S3-U4, S3-U5: payloads with dag.nodes load")
    void payloads_with_dag_nodes_load(
            String name, List<String> roots, List<String> sinks, int depth) {
        Valid definition = valid(reader.read(fixture("dag/" + name + ".json")));

        Graph graph = Graph.of(definition.workflow());
        assertThat(definition.warnings()).isEmpty();
        assertThat(graph.roots()).isEqualTo(roots);
        assertThat(graph.sinks()).isEqualTo(sinks);
        assertThat(graph.depth()).isEqualTo(depth);
    }

    private static Stream<Arguments> dags() {
        return Stream.of(
                arguments("linear", List.of("extract"), List.of("load"), 3),
                arguments("fan_out_fan_in", List.of("start"), List.of("join"), 3),
                arguments("complex_nine_nodes", List.of("ingest"), List.of("archive"), 7),
                arguments("conditional_branching", List.of("decide"), List.of("notify"), 3),
                arguments("template_resolution", List.of("user"), List.of("greet"), 2),
                arguments("slow_call", List.of("call"), List.of("call"), 1),
                arguments("timeout", List.of("call"), List.of("call"), 1),
                arguments("disconnected", List.of("a", "x"), List.of("b", "y"), 2),
                arguments("single_node", List.of("only"), List.of("only"), 1),
                arguments("empty", List.of(), List.of(), 0));
    }

    @Test
    void a_node_has_settings_a_retry_policy_and_a_timeout() {
        StepDefinition slow = load("dag/slow_call.json").steps().getFirst();
        StepDefinition bounded = load("dag/timeout.json").steps().getFirst();

        assertThat(slow.settings()).isEqualTo(Map.of("duration_ms", 5000));
        assertThat(slow.retry().backoff()).isEqualTo(Backoff.FIXED);
        assertThat(slow.retry().hardCap()).isFalse();
        assertThat(bounded.timeout()).contains(Duration.ofSeconds(2));
    }

    @Test
    void a_template_that_uses_every_field_has_no_warning() {
        Valid definition = valid(reader.read(fixture("full.yaml")));

        Workflow workflow = definition.workflow();
        assertThat(definition.warnings()).isEmpty();
        assertThat(workflow.step("list files").orElseThrow().settings())
                .isEqualTo(Map.of("dir", ".", "patterns", List.of("*.md", "*.txt")));
        assertThat(workflow.step("count").orElseThrow().timeout()).contains(Duration.ofSeconds(30));
        assertThat(workflow.step("count").orElseThrow().settings()).containsEntry("limit", null);
        assertThat(workflow.step("merge").orElseThrow().retry().attempts()).isEqualTo(1);
        assertThat(workflow.step("merge").orElseThrow().timeout())
                .contains(Duration.ofMillis(1500));
    }

    @ParameterizedTest
    @EnumSource(Backoff.class)
    @DisplayName("S1-U2: a step names its strategy, in YAML, JSON and Java")
    void a_step_names_its_strategy(Backoff backoff) {
        String yaml =
                """
                name: w
                steps:
                - name: a
                  handler: h
                  retry: {backoff: %s, jitter: 0.25, per_category: {timeout: {backoff: %s}}}
                """
                        .formatted(backoff.word(), backoff.word());
        String json =
                """
                {"name": "w", "dag": {"nodes": [{"id": "a", "handler": "h", "retry":
                 {"backoff": "%s", "jitter": 0.25, "per_category": {"timeout": {"backoff": "%s"}}}
                }]}}
                """
                        .formatted(backoff.word(), backoff.word());
        Workflow built =
                Workflow.builder("w")
                        .step(
                                "a",
                                s ->
                                        s.handler("h")
                                                .backoff(backoff)
                                                .jitter(0.25)
                                                .retryOn(
                                                        FailureCategory.TIMEOUT,
                                                        own -> own.backoff(backoff)))
                        .build();

        assertThat(valid(reader.read(yaml, "w.yaml")).workflow()).isEqualTo(built);
        assertThat(valid(reader.read(json, "w.json")).workflow()).isEqualTo(built);
        assertThat(WorkflowJson.read(WorkflowJson.write(built))).isEqualTo(built);
    }

    @Test
    @DisplayName("S1-U2, S2-112: all that is wrong with a retry policy is said at once")
    void all_that_is_wrong_with_a_retry_policy_is_said_at_once() {
        String text =
                """
                name: w
                steps:
                - name: a
                  handler: h
                  retry:
                    backoff: exponentail
                    jitter: 1.5
                    max_atempts: 3
                    backoff_base_ms: -1
                    per_category:
                      rate_limits: {}
                      permanent: {}
                      timeout: {max_attempts: 0, per_category: {}, backoff: fixd}
                """;

        assertThat(faults(text, "w.yaml"))
                .extracting(fault -> fault.line() + " " + fault.field() + ": " + fault.message())
                .containsExactly(
                        "6 steps[0].retry.backoff: is not a known backoff;"
                                + " did you mean 'exponential'?",
                        "7 steps[0].retry.jitter: is out of range",
                        "8 steps[0].retry.max_atempts: is not a known field;"
                                + " did you mean 'max_attempts'?",
                        "9 steps[0].retry.backoff_base_ms: must not be negative",
                        "11 steps[0].retry.per_category.rate_limits: is not a known field;"
                                + " did you mean 'rate_limit'?",
                        "12 steps[0].retry.per_category.permanent: is not a known field",
                        "13 steps[0].retry.per_category.timeout.max_attempts: is out of range;"
                                + " the first attempt counts",
                        "13 steps[0].retry.per_category.timeout.per_category:"
                                + " stands only in a step's retry or in retry_defaults",
                        "13 steps[0].retry.per_category.timeout.backoff: is not a known backoff;"
                                + " did you mean 'fixed'?");
    }

    @Test
    @DisplayName("S0-34: one policy for all steps that do not say")
    void one_policy_for_all_steps_that_do_not_say() {
        String text =
                """
                name: w
                retry_defaults:
                  backoff: linear
                  max_attempts: 6
                  per_category: {timeout: {max_attempts: 2}}
                steps:
                - {name: a, handler: h}
                - {name: b, handler: g, retry: {max_attempts: 9}}
                """;
        Workflow workflow = valid(reader.read(text, "w.yaml")).workflow();

        assertThat(workflow.steps())
                .extracting(step -> step.retry().backoff())
                .containsOnly(Backoff.LINEAR);
        assertThat(workflow.steps())
                .extracting(step -> step.retry().attempts())
                .containsExactly(6, 9);
        assertThat(workflow.steps())
                .extracting(step -> step.retry().forCategory(FailureCategory.TIMEOUT).attempts())
                .containsOnly(2);
        assertThat(WorkflowJson.read(WorkflowJson.write(workflow))).isEqualTo(workflow);
    }

    @Test
    void a_workflow_says_how_its_runs_and_failures_are_treated() {
        String text =
                """
                name: w
                error_handling: {use_waiting_for_retry_state: false, default_max_attempts: 7}
                retry: {max_attempts: 2, backoff: fixed, backoff_base_ms: 500}
                steps:
                - {name: a, handler: h}
                """;
        Workflow workflow = valid(reader.read(text, "w.yaml")).workflow();

        assertThat(workflow.errorHandling()).isEqualTo(new ErrorHandlingConfig(true, false, 7));
        assertThat(workflow.steps().getFirst().retry().attempts()).isEqualTo(7);
        assertThat(workflow.retry())
                .hasValueSatisfying(retry -> {
                    assertThat(retry.attempts()).isEqualTo(2);
                    assertThat(retry.nominalDelay(1)).isEqualTo(Duration.ofMillis(500));
                });
        assertThat(WorkflowJson.read(WorkflowJson.write(workflow))).isEqualTo(workflow);
        assertThat(
                        faults(
                                "name: w\nretry: {per_category: {}, max_attempts: 0}\nsteps: []",
                                "w.yaml"))
                .extracting(Fault::field)
                .containsExactly("retry.per_category", "retry.max_attempts");
        assertThat(
                        faults(
                                "name: w\nerror_handling: {default_max_attempts: 0}\nsteps: []",
                                "w.yaml"))
                .extracting(Fault::field)
                .containsExactly("error_handling.default_max_attempts");
    }

    @Test
    @DisplayName("B12: that no failure is classified is allowed, and warned of")
    void that_no_failure_is_classified_is_warned_of() {
        String text = "name: w\nerror_handling: {use_error_classification: false}\nsteps: []";

        assertThat(valid(reader.read(text, "w.yaml")).warnings())
                .extracting(Fault::toString)
                .containsExactly(
                        "w.yaml:2:44: error_handling.use_error_classification: makes every failure"
                                + " permanent: no step is tried again (found false)");
    }

    @Test
    void what_a_strategy_does_not_use_is_warned_of() {
        Valid definition =
                valid(
                        reader.read(
                                """
                                name: w
                                steps:
                                - {name: a, handler: h, retry: {backoff: none, max_attempts: 3}}
                                - name: b
                                  handler: h
                                  retry: {backoff: immediate, backoff_base_ms: 50}
                                """,
                                "w.yaml"));

        assertThat(definition.warnings())
                .extracting(Fault::field)
                .containsExactly("steps[0].retry.max_attempts", "steps[1].retry.backoff_base_ms");
    }

    @Test
    void what_this_version_does_not_use_is_warned_of() {
        Valid definition =
                valid(
                        reader.read(
                                """
                                name: w
                                task_handler: {callable: t, initialization: {x: 1}}
                                environments: {test: {}}
                                steps:
                                  - name: a
                                    handler: h
                                    retry: {backoff_base_ms: 90, max_backoff_ms: 80}
                                    lifecycle: {staleness_action: dlq}
                                """,
                                "w.yaml"));

        assertThat(definition.warnings())
                .extracting(Fault::toString)
                .containsExactly(
                        "w.yaml:2:45: task_handler.initialization: is not used by this version",
                        "w.yaml:3:1: environments: is not used by this version",
                        "w.yaml:7:30: steps[0].retry.backoff_base_ms: is above max_backoff_ms,"
                                + " so that every delay is the longest one (found 90 ms)",
                        "w.yaml:8:17: steps[0].lifecycle.staleness_action: is not used by this"
                                + " version");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void broken_definitions_each_name_their_fault(
            String file, int line, String field, String fragment) {
        Path path = fixture("broken/" + file);

        Definition definition = reader.read(path);

        assertThat(definition).isInstanceOf(Invalid.class);
        List<Fault> faults = ((Invalid) definition).faults();
        assertThat(faults).hasSize(1);
        assertThat(faults.getFirst().line()).as("%s", faults).isEqualTo(line);
        assertThat(faults.getFirst().column()).isPositive();
        assertThat(faults.getFirst().field()).startsWith(field);
        assertThat(field.isEmpty()).isEqualTo(faults.getFirst().field().isEmpty());
        assertThat(faults.getFirst().toString())
                .startsWith(path + ":" + line + ":")
                .contains(fragment)
                .doesNotContain("\n");
    }

    private static Stream<Arguments> broken() {
        return Stream.of(
                arguments("01-unclosed-list.yaml", 3, "", "is not valid YAML"),
                arguments("02-tab-indentation.yaml", 3, "", "is not valid YAML"),
                arguments("03-bare-word.json", 3, "", "is not valid JSON"),
                arguments("04-trailing-comma.json", 4, "", "is not valid JSON"),
                arguments("05-empty.yaml", 1, "", "the document is empty"),
                arguments("06-not-an-object.yaml", 1, "", "the document is not an object"),
                arguments("07-second-document.yaml", 4, "", "the document goes on"),
                arguments("08-text-after-the-end.json", 2, "", "the document goes on"),
                arguments(
                        "09-duplicate-key.yaml",
                        5,
                        "steps[0].handler",
                        "duplicate key, first in line 4"),
                arguments("10-duplicate-key.json", 4, "name", "duplicate key, first in line 2"),
                arguments("11-tag.yaml", 4, "steps[0].handler", "YAML tags are not supported"),
                arguments("12-alias.yaml", 4, "steps[0].handler", "YAML aliases are not supported"),
                arguments("13-nested-too-deep.json", 4, "steps[0].settings.x[0]", "65 levels"),
                arguments("14-no-name.yaml", 1, "name", "is missing"),
                arguments("15-blank-name.yaml", 1, "name", "must not be blank"),
                arguments(
                        "16-long-name.yaml",
                        4,
                        "steps[0].name",
                        "found 256 characters, allowed at most 255"),
                arguments("17-control-character.json", 4, "steps[0].name", "found U+001F"),
                arguments(
                        "18-blank-at-the-end.yaml", 3, "steps[0].name", "found 'a ', allowed 'a'"),
                arguments("19-half-a-surrogate-pair.json", 3, "description", "is not valid text"),
                arguments(
                        "20-number-for-version.yaml",
                        2,
                        "version",
                        "found 1.0, allowed a text, in quotes"),
                arguments(
                        "21-braces-in-namespace.yaml",
                        2,
                        "namespace_name",
                        "is no namespace (found 'a{b}'"),
                arguments("22-no-steps.yaml", 1, "steps", "is missing"),
                arguments("23-steps-and-dag.json", 4, "dag", "stands beside steps"),
                arguments(
                        "24-unknown-field.yaml",
                        5,
                        "steps[0].depencies",
                        "did you mean 'dependencies'?"),
                arguments(
                        "25-steps-as-an-object.yaml",
                        3,
                        "steps",
                        "found an object, allowed a list"),
                arguments("26-step-as-a-text.yaml", 3, "steps[0]", "found 'a', allowed an object"),
                arguments(
                        "27-duplicate-step.yaml",
                        7,
                        "steps[2].name",
                        "is the name of steps[0] already"),
                arguments("28-duplicate-node.json", 5, "dag.nodes[1].id", "already"),
                arguments(
                        "29-unknown-dependency.yaml",
                        6,
                        "steps[1].dependencies[0]",
                        "there is no such step; did you mean 'a'?"),
                arguments(
                        "30-ghost-node.json",
                        7,
                        "dag.nodes[1].dependencies[1]",
                        "did you mean 'extract'?"),
                arguments(
                        "31-self-dependency.yaml",
                        5,
                        "steps[0].dependencies[0]",
                        "a step cannot await itself"),
                arguments(
                        "32-cycle-of-two.yaml", 5, "steps[0].dependencies[0]", "found a -> b -> a"),
                arguments(
                        "33-cycle-of-three.json",
                        5,
                        "dag.nodes[1].dependencies[1]",
                        "found a -> b -> c -> a"),
                arguments(
                        "34-duplicate-dependency.yaml",
                        7,
                        "steps[1].dependencies[1]",
                        "is named twice"),
                arguments(
                        "35-dependencies-as-a-text.yaml",
                        7,
                        "steps[1].dependencies",
                        "found 'a', allowed a list"),
                arguments("36-unknown-type.yaml", 5, "steps[0].type", "did you mean 'batchable'?"),
                arguments("37-no-handler.yaml", 3, "steps[0].handler", "is missing"),
                arguments(
                        "38-blank-callable.yaml",
                        5,
                        "steps[0].handler.callable",
                        "must not be blank"),
                arguments(
                        "39-zero-attempts.yaml",
                        6,
                        "steps[0].retry.max_attempts",
                        "found 0, allowed 1 to 1000000"),
                arguments(
                        "40-negative-backoff.yaml",
                        7,
                        "steps[0].retry.backoff_base_ms",
                        "must not be negative (found -50 ms"),
                arguments(
                        "41-unknown-backoff.yaml",
                        5,
                        "steps[0].retry.backoff",
                        "did you mean 'exponential'?"),
                arguments(
                        "42-text-for-attempts.yaml",
                        6,
                        "steps[0].retry.max_attempts",
                        "found '3', allowed a whole number"),
                arguments(
                        "43-zero-timeout.yaml",
                        5,
                        "steps[0].timeout_ms",
                        "is out of range (found 0 ms, allowed 1 ms"),
                arguments(
                        "44-negative-lifecycle.yaml",
                        6,
                        "steps[0].lifecycle.max_steps_in_process_minutes",
                        "must not be negative"),
                arguments(
                        "45-endless-timeout.json",
                        4,
                        "dag.nodes[0].timeout_seconds",
                        "is out of range"),
                arguments(
                        "46-not-a-number.yaml",
                        6,
                        "steps[0].settings.ratio",
                        "is not a number of JSON"),
                arguments(
                        "47-settings-twice.yaml",
                        7,
                        "steps[0].settings",
                        "stands beside steps[0].handler.initialization"),
                arguments(
                        "48-timeout-twice.yaml",
                        7,
                        "steps[0].timeout_ms",
                        "stands beside steps[0].lifecycle.timeout_ms"));
    }

    @Test
    void every_broken_fixture_is_in_the_table() throws IOException {
        try (Stream<Path> files = Files.list(fixture("broken"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            broken().map(row -> (String) row.get()[0]).toList())
                    .hasSizeGreaterThanOrEqualTo(40);
        }
    }

    @Test
    void all_faults_are_named_at_once_in_the_order_of_the_text() {
        List<Fault> faults =
                faults(
                        """
                        nmae: w
                        version: 7
                        steps:
                          - name: a
                            handler: h
                            dependencies: [b, ghost]
                            retry:
                              max_attempts: 0
                              backoff: cubic
                          - name: b
                            dependencies: [a]
                            timeout_ms: -1
                        """,
                        "w.yaml");

        assertThat(faults)
                .extracting(fault -> fault.line() + " " + fault.field())
                .containsExactly(
                        "1 name",
                        "1 nmae",
                        "2 version",
                        "6 steps[0].dependencies[0]",
                        "6 steps[0].dependencies[1]",
                        "8 steps[0].retry.max_attempts",
                        "9 steps[0].retry.backoff",
                        "10 steps[1].handler",
                        "12 steps[1].timeout_ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1000001", "99999999999", "-99999999999"})
    void attempts_have_the_same_bounds_however_far_off_they_are(String attempts) {
        String wrong =
                "is out of range; the first attempt counts (found %s, allowed 1 to 1000000)"
                        .formatted(attempts);
        String step = "steps: [{name: a, handler: h, retry: {max_attempts: %s}}]";

        assertThat(faults("name: w\n" + step.formatted(attempts), "w.yaml"))
                .singleElement()
                .asString()
                .endsWith("steps[0].retry.max_attempts: " + wrong);
        assertThat(
                        faults(
                                "name: w\nerror_handling: {default_max_attempts: %s}\nsteps: []"
                                        .formatted(attempts),
                                "w.yaml"))
                .singleElement()
                .asString()
                .endsWith("error_handling.default_max_attempts: " + wrong);
    }

    @ParameterizedTest
    @CsvSource({"'handler: \"\", ', must not be blank", "'', is missing"})
    void a_breaker_without_a_dependency_repeats_no_fault_of_the_handler(
            String handler, String message) {
        String text = "name: w\nsteps: [{name: a, %scircuit_breaker: {failures: 2}}]";

        assertThat(faults(text.formatted(handler), "w.yaml"))
                .extracting(fault -> fault.field() + " " + fault.message())
                .containsExactly("steps[0].handler " + message);
    }

    @Test
    void what_only_a_step_may_say_of_its_categories_is_told_apart_from_a_slip() {
        String text = "name: w\nretry:\n  per_category: {timeout: {max_attempts: 2}}\nsteps: []";

        assertThat(faults(text, "w.yaml"))
                .singleElement()
                .hasToString(
                        "w.yaml:3:3: retry.per_category: stands only in a step's retry or in"
                                + " retry_defaults");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\n\n", "null", "~", "---\n", "\uFEFF"})
    void an_empty_document_is_a_fault(String text) {
        assertThat(faults(text, "w.yaml"))
                .singleElement()
                .extracting(Fault::message)
                .isEqualTo("the document is empty");
    }

    @Test
    void a_file_that_cannot_be_read_is_a_fault(@TempDir Path dir) throws IOException {
        Path latin = Files.write(dir.resolve("latin.yaml"), new byte[] {'a', ':', (byte) 0xE4});

        assertThat(reader.read(dir.resolve("lost.yaml")).toString()).contains("no such file");
        assertThat(reader.read(dir).toString()).contains("cannot be read");
        assertThat(reader.read(latin).toString()).contains("not valid UTF-8");
    }

    @Test
    void the_limits_hold_to_the_last_unit() {
        assertThat(reader.read(steps(Workflow.MAX_STEPS, 0), "w.yaml")).isInstanceOf(Valid.class);
        assertThat(faults(steps(Workflow.MAX_STEPS + 1, 0), "w.yaml"))
                .singleElement()
                .hasToString(
                        "w.yaml:3:1: steps: has too many steps (found 10001 steps, allowed at most"
                                + " 10000)");
        assertThat(valid(reader.read(steps(1_000, 1), "w.yaml")).workflow().steps()).hasSize(1_000);
        assertThat(faults(steps(1_001, 1), "w.yaml"))
                .singleElement()
                .asString()
                .contains("is too deep (found a chain of 1001 steps, allowed at most 1000)");
        assertThat(reader.read(fan(1_000), "w.yaml")).isInstanceOf(Valid.class);
        assertThat(faults(fan(1_001), "w.yaml"))
                .singleElement()
                .asString()
                .contains("has too many dependencies (found 1001 dependencies");
    }

    @Test
    void a_document_above_two_megabytes_is_refused(@TempDir Path dir) throws IOException {
        String head = "name: w\nsteps: []\n";
        String fits = head + ("#" + "x".repeat(98) + "\n").repeat(DefinitionReader.MAX_BYTES / 100);
        fits = (fits + "#" + "x".repeat(200)).substring(0, DefinitionReader.MAX_BYTES);

        assertThat(reader.read(fits, "w.yaml")).isInstanceOf(Valid.class);
        assertThat(faults(fits + "x", "w.yaml").toString()).contains("too large");
        Path file = Files.writeString(dir.resolve("w.yaml"), fits + "x");
        assertThat(reader.read(file).toString()).contains("too large");
    }

    @Test
    void a_hostile_document_gives_a_bounded_list() {
        String text = "name: w\nsteps:\n" + "- {}\n".repeat(5_000);

        List<Fault> faults = faults(text, "w.yaml");

        assertThat(faults).hasSize(Report.MOST_FAULTS + 1);
        assertThat(faults.getLast().message()).isEqualTo("and 9000 more faults");
    }

    @ParameterizedTest
    @ValueSource(strings = {"w.yaml", "w.json", "w"})
    void the_format_does_not_change_what_a_definition_means(String source) {
        String json =
                """
                {"name": "w", "steps": [{"name": "a", "handler": "h", "settings":
                 {"i": 1, "d": 1.5, "t": true, "n": null, "s": "",
                  "l": [1e3, 12345678901234567890]}}]}
                """;

        Workflow workflow = valid(reader.read(json, source)).workflow();

        assertThat(workflow.hash()).isEqualTo(valid(reader.read(json, "w.json")).workflow().hash());
        assertThat(workflow.steps().getFirst().settings()).containsEntry("s", "");
    }

    @Test
    void plain_words_of_yaml_are_values_and_quoted_ones_are_texts() {
        Workflow workflow =
                valid(
                                reader.read(
                                        """
                                        name: "w"
                                        steps:
                                          - name: "\uD83D\uDE00"
                                            handler: h
                                            settings:
                                              plain: [True, FALSE, ~, Null, yes, 012]
                                              quoted: ["True", 'FALSE', "~", 'Null', "", '']
                                              nothing:
                                              mixed: ["\uD83D\uDE00", ~, "~"]
                                              block: |-
                                                ~
                                        """,
                                        "w.yaml"))
                        .workflow();

        Map<String, Object> settings = workflow.steps().getFirst().settings();
        assertThat((List<?>) settings.get("plain"))
                .asString()
                .isEqualTo("[true, false, null, null, yes, 012]");
        assertThat((List<?>) settings.get("quoted"))
                .asString()
                .isEqualTo("[True, FALSE, ~, Null, , ]");
        assertThat((List<?>) settings.get("mixed")).asString().endsWith("null, ~]");
        assertThat(settings).containsEntry("nothing", null).containsEntry("block", "~");
    }

    private static String steps(int count, int dependencies) {
        return "name: w\nsteps:\n"
                + IntStream.range(0, count)
                        .mapToObj(i ->
                                "- {name: s%d, handler: h, dependencies: [%s]}"
                                        .formatted(
                                                i, i >= 1 && dependencies > 0 ? "s" + (i - 1) : ""))
                        .collect(Collectors.joining("\n"));
    }

    private static String fan(int width) {
        return steps(width, 0)
                + "\n- {name: join, handler: h, dependencies: ["
                + IntStream.range(0, width).mapToObj(i -> "s" + i).collect(Collectors.joining(", "))
                + "]}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "-1E+99999999999", "1e-99999999999"})
    void a_number_that_nothing_can_hold_is_a_fault_at_its_place(String number) {
        String yaml =
                "name: n\nsteps:\n  - name: a\n    handler: {callable: h, initialization: {v: %s}}"
                        .formatted(number);

        assertThat(faults(yaml, "w.yaml"))
                .anySatisfy(fault -> {
                    assertThat(fault.field()).endsWith(".v");
                    assertThat(fault.found()).isEqualTo(number);
                });
    }
}
