package dev.stepweir.workflow;

import dev.stepweir.json.Located;
import dev.stepweir.json.Located.Place;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

    private static final List<String> RETRY_FIELDS =
            List.of(
                    "retryable",
                    "max_attempts",
                    "backoff",
                    "backoff_base_ms",
                    "backoff_multiplier",
                    "max_backoff_ms");

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

    /**
     * Thirty years and more: beyond every bound, and still a number that can be calculated with.
     */
    private static final BigDecimal ABSURD_MS = BigDecimal.valueOf(1_000_000_000_000L);

    private static final Map<String, StepType> TYPES =
            Arrays.stream(StepType.values()).collect(Collectors.toMap(StepType::word, t -> t));

    private static final List<String> TYPE_WORDS =
            Arrays.stream(StepType.values()).map(StepType::word).toList();

    private static final List<String> BACKOFF_WORDS =
            Stream.concat(
                            Arrays.stream(Backoff.values()).map(Backoff::word),
                            Stream.of("immediate"))
                    .toList();

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
        word("type", in, model + ".type", TYPE_WORDS).map(TYPES::get).ifPresent(step::type);
        in.text("description", model + ".description").ifPresent(step::description);
        step.after(in.texts("dependencies", model + ".dependencies"));
        handler(step);
        in.object("retry", model + ".retry").ifPresent(retry -> retry(retry, step));
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
        Optional<Long> failures =
                breaker.whole("failures", field + ".failures", 1, BreakerPolicy.MOST_FAILURES);
        Optional<Duration> openFor = time(breaker, "open_ms", field, 1);
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

    private void retry(ObjectReader retry, StepDefinition.Builder step) {
        String field = model + ".retry";
        retry.checkFields(RETRY_FIELDS, List.of());
        retry.flag("retryable", field + ".retryable").ifPresent(step::retryable);
        retry.whole("max_attempts", field + ".max_attempts", Integer.MIN_VALUE, Integer.MAX_VALUE)
                .ifPresent(attempts -> step.maxAttempts(attempts.intValue()));
        Optional<Backoff> backoff =
                word("backoff", retry, field + ".backoff", BACKOFF_WORDS).map(StepReader::backoff);
        Optional<Duration> base = time(retry, "backoff_base_ms", field, 1);
        Optional<Duration> cap = time(retry, "max_backoff_ms", field, 1);
        step.backoff(
                backoff.orElse(RetryPolicy.DEFAULT.backoff()),
                base.orElse(RetryPolicy.DEFAULT.base()));
        cap.ifPresent(step::cap);
        retry.number("backoff_multiplier", field + ".backoff_multiplier")
                .ifPresent(multiplier -> step.multiplier(multiplier.doubleValue()));
        if (base.isPresent() && cap.isPresent() && base.get().compareTo(cap.get()) > 0) {
            report.warn(
                    retry.path("backoff_base_ms"),
                    place(retry, "backoff_base_ms"),
                    base.get().toMillis() + " ms",
                    "is above max_backoff_ms, so that every delay is the longest one");
        }
    }

    private void idempotency(ObjectReader shared, StepDefinition.Builder step) {
        String field = model + ".idempotency";
        shared.checkFields(List.of("key", "ttl"), List.of());
        String key = shared.requiredText("key", field + ".key", "a text");
        Optional<Duration> ttl = time(shared, "ttl", field, 1_000);
        if (!key.isEmpty() || shared.has("key")) {
            step.idempotency(key, ttl.orElse(Idempotency.DEFAULT_TTL));
        }
    }

    private static Backoff backoff(String word) {
        return word.equals("immediate")
                ? Backoff.NONE
                : Backoff.valueOf(word.toUpperCase(Locale.ROOT));
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
                    place(in, in.has("timeout_seconds") ? "timeout_seconds" : "timeout_ms"),
                    "",
                    "one of them",
                    "stands beside " + String.join(" and ", given.subList(1, given.size())));
        }
    }

    private void timeout(ObjectReader from, String name, long unit, StepDefinition.Builder step) {
        time(from, name, model, unit)
                .ifPresent(time -> {
                    report.spot(model + ".timeout_ms", from.path(name), place(from, name));
                    step.timeout(time);
                });
    }

    /** A length of time of so many units of {@code unit} ms each. The rules say what is allowed. */
    private Optional<Duration> time(ObjectReader from, String name, String parent, long unit) {
        String field = parent + "." + name;
        Optional<BigDecimal> number = from.number(name, field);
        if (number.isEmpty()) {
            return Optional.empty();
        }
        BigDecimal ms = number.get().multiply(BigDecimal.valueOf(unit));
        boolean absurd = ms.abs().compareTo(ABSURD_MS) > 0;
        if (absurd || ms.stripTrailingZeros().scale() > 0) {
            report.unreadable(field);
            report.fault(
                    from.path(name),
                    place(from, name),
                    number.get().toString(),
                    "whole milliseconds, up to 30 days",
                    absurd ? "is out of range" : "is too fine");
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis(ms.longValueExact()));
    }

    private static Place place(ObjectReader from, String name) {
        return from.field(name).orElseThrow().place();
    }

    private Optional<String> word(
            String name, ObjectReader from, String field, List<String> allowed) {
        Optional<String> word = from.text(name, field);
        if (word.isPresent() && !allowed.contains(word.get())) {
            report.fault(
                    from.path(name),
                    place(from, name),
                    Names.quoted(word.get()),
                    String.join(", ", allowed),
                    "is not a known " + name + Names.meant(word.get(), allowed));
            return Optional.empty();
        }
        return word;
    }
}
