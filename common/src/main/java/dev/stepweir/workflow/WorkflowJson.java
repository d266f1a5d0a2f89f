package dev.stepweir.workflow;

import dev.stepweir.failure.ErrorHandlingConfig;
import dev.stepweir.failure.FailureCategory;
import dev.stepweir.json.CanonicalJson;
import dev.stepweir.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A workflow as canonical JSON, the form in which it is stored and hashed: compact, keys sorted at
 * every level, defaults written out, times in milliseconds. Equal workflows have equal bytes.
 */
public final class WorkflowJson {

    private WorkflowJson() {}

    /** The canonical JSON. */
    public static byte[] write(Workflow workflow) {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("name", workflow.name());
        json.put("namespace_name", workflow.namespaceName());
        json.put("version", workflow.version());
        json.put("description", workflow.description());
        json.put("steps", workflow.steps().stream().map(WorkflowJson::step).toList());
        // Only where they are not the usual: definitions from before keep their hashes.
        ErrorHandlingConfig handling = workflow.errorHandling();
        if (!handling.equals(ErrorHandlingConfig.DEFAULT)) {
            json.put(
                    "error_handling",
                    new TreeMap<>(
                            Map.of(
                                    "use_error_classification",
                                    handling.useErrorClassification(),
                                    "use_waiting_for_retry_state",
                                    handling.useWaitingForRetryState(),
                                    "default_max_attempts",
                                    handling.defaultMaxAttempts())));
        }
        workflow.retry().ifPresent(retry -> json.put("retry", policy(retry)));
        workflow.timeout().ifPresent(time -> json.put("timeout_ms", time.toMillis()));
        return Json.write(json);
    }

    private static Map<String, @Nullable Object> step(StepDefinition step) {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("name", step.name());
        json.put("type", step.type().word());
        json.put("description", step.description());
        json.put("dependencies", step.dependencies());
        json.put("handler", step.handler());
        json.put("settings", CanonicalJson.sorted(step.settings()));
        json.put("retry", policy(step.retry()));
        json.put("timeout_ms", step.timeout().map(Duration::toMillis).orElse(null));
        // Only where it is said: definitions from before keep their hashes.
        step.idempotency()
                .ifPresent(shared ->
                        json.put(
                                "idempotency",
                                new TreeMap<>(
                                        Map.of(
                                                "key",
                                                shared.key(),
                                                "ttl_ms",
                                                shared.ttl().toMillis()))));
        step.breaker().ifPresent(breaker -> json.put("circuit_breaker", breaker(breaker)));
        return json;
    }

    private static Map<String, @Nullable Object> breaker(BreakerPolicy breaker) {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("dependency", breaker.dependency());
        json.put("failures", breaker.failures());
        json.put("open_ms", breaker.openFor().toMillis());
        return json;
    }

    /** A policy by the names that definitions have for its parts. */
    public static Map<String, @Nullable Object> policy(RetryPolicy retry) {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("retryable", retry.retryable());
        json.put("max_attempts", retry.maxAttempts());
        json.put("backoff", retry.backoff().word());
        json.put("backoff_base_ms", retry.base().toMillis());
        json.put("backoff_multiplier", retry.multiplier());
        json.put("max_backoff_ms", retry.cap().toMillis());
        json.put("max_backoff_is_hard", retry.hardCap());
        // Only where they are not the usual: definitions from before keep their hashes.
        if (retry.jitter() != retry.backoff().jitter()) {
            json.put("jitter", retry.jitter());
        }
        if (!retry.perCategory().isEmpty()) {
            Map<String, Object> categories = new TreeMap<>();
            retry.perCategory()
                    .forEach((category, own) -> categories.put(category.word(), policy(own)));
            json.put("per_category", categories);
        }
        return json;
    }

    /**
     * The workflow that {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the JSON is not what {@link #write} writes, among them
     *     {@link InvalidWorkflowException}
     * @throws tools.jackson.core.JacksonException if it is no JSON
     */
    public static Workflow read(byte[] json) {
        JsonNode root = Json.tree(json);
        List<StepDefinition> steps = new ArrayList<>();
        for (JsonNode step : field(root, "steps")) {
            steps.add(step(step));
        }
        return new Workflow(
                text(root, "name"),
                text(root, "namespace_name"),
                text(root, "version"),
                text(root, "description"),
                steps,
                Optional.ofNullable(root.get("error_handling"))
                        .map(WorkflowJson::errorHandling)
                        .orElse(ErrorHandlingConfig.DEFAULT),
                Optional.ofNullable(root.get("retry")).map(WorkflowJson::retry),
                Optional.ofNullable(root.get("timeout_ms"))
                        .map(time -> Duration.ofMillis(time.longValue())));
    }

    private static ErrorHandlingConfig errorHandling(JsonNode json) {
        return new ErrorHandlingConfig(
                field(json, "use_error_classification").booleanValue(),
                field(json, "use_waiting_for_retry_state").booleanValue(),
                field(json, "default_max_attempts").intValue());
    }

    private static StepDefinition step(JsonNode json) {
        List<String> dependencies = new ArrayList<>();
        for (JsonNode dependency : field(json, "dependencies")) {
            dependencies.add(dependency.stringValue());
        }
        JsonNode timeout = field(json, "timeout_ms");
        return new StepDefinition(
                text(json, "name"),
                StepType.valueOf(constant(json, "type")),
                dependencies,
                text(json, "handler"),
                settings(field(json, "settings")),
                retry(field(json, "retry")),
                timeout.isNull()
                        ? Optional.empty()
                        : Optional.of(Duration.ofMillis(timeout.longValue())),
                Optional.ofNullable(json.get("circuit_breaker")).map(WorkflowJson::breaker),
                text(json, "description"),
                Optional.ofNullable(json.get("idempotency")).map(WorkflowJson::idempotency));
    }

    private static Idempotency idempotency(JsonNode json) {
        return new Idempotency(
                text(json, "key"), Duration.ofMillis(field(json, "ttl_ms").longValue()));
    }

    private static Map<String, @Nullable Object> settings(JsonNode json) {
        Map<?, ?> map = Json.mapper().treeToValue(json, Map.class);
        return Json.object(map, StepDefinition.ABOVE_SETTINGS);
    }

    private static BreakerPolicy breaker(JsonNode json) {
        return new BreakerPolicy(
                text(json, "dependency"),
                field(json, "failures").intValue(),
                Duration.ofMillis(field(json, "open_ms").longValue()));
    }

    private static RetryPolicy retry(JsonNode json) {
        Backoff backoff = Backoff.valueOf(constant(json, "backoff"));
        JsonNode jitter = json.get("jitter");
        Map<FailureCategory, RetryPolicy> categories = new EnumMap<>(FailureCategory.class);
        if (json.get("per_category") instanceof ObjectNode own) {
            own.properties()
                    .forEach(one ->
                            categories.put(
                                    FailureCategory.valueOf(one.getKey().toUpperCase(Locale.ROOT)),
                                    retry(one.getValue())));
        }
        return new RetryPolicy(
                field(json, "retryable").booleanValue(),
                field(json, "max_attempts").intValue(),
                backoff,
                Duration.ofMillis(field(json, "backoff_base_ms").longValue()),
                field(json, "backoff_multiplier").doubleValue(),
                Duration.ofMillis(field(json, "max_backoff_ms").longValue()),
                field(json, "max_backoff_is_hard").booleanValue(),
                jitter == null ? backoff.jitter() : jitter.doubleValue(),
                categories);
    }

    private static String text(JsonNode json, String name) {
        return field(json, name).stringValue();
    }

    private static String constant(JsonNode json, String name) {
        return text(json, name).toUpperCase(Locale.ROOT);
    }

    private static JsonNode field(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a stored workflow without '" + name + "'");
        }
        return value;
    }
}
