package dev.stepweir.workflow;

import dev.stepweir.json.Located;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads one step, from a template's {@code steps} or from the {@code nodes} of a dag. */
final class StepReader {

    /** What a step is called in the two shapes. */
    enum Shape {
        TEMPLATE("name", "settings"),
        DAG("id", "config");

        private final String name;
        private final String settings;

        Shape(String name, String settings) {
            this.name = name;
            this.settings = settings;
        }

        private List<String> fields() {
            return List.of(
                    name,
                    "type",
                    "description",
                    "dependencies",
                    "handler",
                    settings,
                    "retry",
                    "lifecycle",
                    "circuit_breaker",
                    "idempotency",
                    "timeout_ms",
                    "timeout_seconds");
        }
    }

    private static final List<String> IGNORED = List.of("publishes_events", "batch_config");

    private static final List<String> HANDLER_FIELDS = List.of("callable", "initialization");

    private static final List<String> BREAKER_FIELDS = List.of("dependency", "failures", "open_ms");

    private static final List<String> LIFECYCLE_FIELDS =
            List.of("max_steps_in_process_minutes", "timeout_ms");

    private static final List<String> LIFECYCLE_IGNORED =
            List.of(
                    "max_duration_minutes",
                    "max_waiting_for_dependencies_minutes",
                    "max_waiting_for_retry_minutes",
                    "staleness_action",
                    "auto_fail_on_timeout",
                    "auto_dlq_on_timeout");

    private static final Map<String, StepType> TYPES =
            Arrays.stream(StepType.values()).collect(Collectors.toMap(StepType::word, t -> t));

    private static final List<String> TYPE_WORDS =
            Arrays.stream(StepType.values()).map(StepType::word).toList();

    private final ObjectReader in;
    private final Shape shape;
    private final String model;
    private final Report report;

    /** Reads {@code in} as the workflow's step number {@code index}. */
    StepReader(ObjectReader in, Shape shape, int index) {
        this.in = in;
        this.shape = shape;
        this.model = "steps[" + index + "]";
        this.report = in.report();
    }

    /** Adds the step to {@code workflow}, with defaults for what could not be read. */
    void read(Workflow.Builder workflow) {
        in.spot(model);
        in.checkFields(shape.fields(), IGNORED);
        String name = in.requiredText(shape.name, model + ".name", "a name");
        workflow.step(name, this::fill);
    }

    private void fill(StepDefinition.Builder step) {
        in.word("type", model + ".type", TYPE_WORDS).map(TYPES::get).ifPresent(step::type);
        in.text("description", model + ".description").ifPresent(step::description);
        step.after(in.texts("dependencies", model + ".dependencies"));
        handler(step);
        in.object("retry", model + ".retry")
                .ifPresent(retry ->
                        step.retry(
                                policy -> new RetryReader(retry, model + ".retry").read(policy)));
        in.object("idempotency", model + ".idempotency")
                .ifPresent(shared -> idempotency(shared, step));
        timeout(step);
        in.object("circuit_breaker", model + ".circuit_breaker")
                .ifPresent(breaker -> breaker(breaker, step));
    }

    private void breaker(ObjectReader breaker, StepDefinition.Builder step) {
        String field = model + ".circuit_breaker";
        breaker.checkFields(BREAKER_FIELDS, List.of());
        Optional<String> dependency = breaker.text("dependency", field + ".dependency");
        if (dependency.isEmpty()) {
            // It is the handler's name then, and what is wrong with that is said there.
            report.unreadable(field + ".dependency");
        }
        Optional<Long> failures =
                breaker.whole("failures", field + ".failures", 1, BreakerPolicy.MOST_FAILURES);
        Optional<Duration> openFor = breaker.time("open_ms", field + ".open_ms", 1);
        step.breaker(
                new BreakerPolicy(
                        dependency.orElseGet(step::handler),
                        failures.map(Long::intValue).orElse(BreakerPolicy.DEFAULT_FAILURES),
                        openFor.orElse(BreakerPolicy.DEFAULT_OPEN_FOR)));
    }

    private void handler(StepDefinition.Builder step) {
        String field = model + ".handler";
        Optional<ObjectReader> settings = in.object(shape.settings, model + ".settings");
        settings.ifPresent(own -> step.settings(own.located().plain()));
        Optional<Located> handler = in.field("handler");
        if (handler.isPresent() && handler.get() instanceof Located.Obj) {
            ObjectReader inner = in.object("handler", field).orElseThrow();
            inner.checkFields(HANDLER_FIELDS, List.of());
            step.handler(inner.requiredText("callable", field, "a handler's name"));
            inner.object("initialization", model + ".settings")
                    .ifPresent(own -> {
                        step.settings(own.located().plain());
                        settings.ifPresent(first -> twice(first, inner));
                    });
        } else {
            step.handler(in.requiredText("handler", field, "a handler's name"));
        }
    }

    private void twice(ObjectReader settings, ObjectReader handler) {
        report.fault(
                in.path(shape.settings),
                settings.located().place(),
                "",
                "one of them",
                "stands beside " + handler.path("initialization") + ", which means the same");
    }

    private void idempotency(ObjectReader shared, StepDefinition.Builder step) {
        String field = model + ".idempotency";
        shared.checkFields(List.of("key", "ttl"), List.of());
        String key = shared.requiredText("key", field + ".key", "a text");
        Optional<Duration> ttl = shared.time("ttl", field + ".ttl", 1_000);
        if (!key.isEmpty() || shared.has("key")) {
            step.idempotency(key, ttl.orElse(Idempotency.DEFAULT_TTL));
        }
    }

    /** The finer of the two ways to say it wins: a template always has the one in minutes. */
    private void timeout(StepDefinition.Builder step) {
        Optional<ObjectReader> lifecycle = in.object("lifecycle", model + ".lifecycle");
        lifecycle.ifPresent(cycle -> {
            cycle.checkFields(LIFECYCLE_FIELDS, LIFECYCLE_IGNORED);
            timeout(cycle, "max_steps_in_process_minutes", 60_000, step);
            timeout(cycle, "timeout_ms", 1, step);
        });
        timeout(in, "timeout_seconds", 1_000, step);
        timeout(in, "timeout_ms", 1, step);
        List<String> given =
                Stream.concat(
                                Stream.of("timeout_seconds", "timeout_ms")
                                        .filter(in::has)
                                        .map(in::path),
                                lifecycle.stream()
                                        .filter(cycle -> cycle.has("timeout_ms"))
                                        .map(cycle -> cycle.path("timeout_ms")))
                        .toList();
        if (given.size() > 1) {
            report.fault(
                    given.getFirst(),
                    in.place(in.has("timeout_seconds") ? "timeout_seconds" : "timeout_ms"),
                    "",
                    "one of them",
                    "stands beside " + String.join(" and ", given.subList(1, given.size())));
        }
    }

    private void timeout(ObjectReader from, String name, long unit, StepDefinition.Builder step) {
        from.time(name, model + "." + name, unit)
                .ifPresent(time -> {
                    report.spot(model + ".timeout_ms", from.path(name), from.place(name));
                    step.timeout(time);
                });
    }
}
