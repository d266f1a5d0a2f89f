package dev.stepweir.workflow;

import dev.stepweir.json.Located;
import dev.stepweir.json.Located.Place;
import dev.stepweir.json.LocatedDocument;
import dev.stepweir.json.LocatedDocument.Format;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads definitions in YAML and JSON, of two shapes: templates with {@code steps}, and payloads
 * with {@code dag.nodes}. Whatever is wrong becomes a {@link Fault} with its place, all of them at
 * once (the first thousand); nothing is thrown. A file is JSON if its name ends in {@code .json},
 * YAML with {@code .yaml} or {@code .yml}, else JSON if its text begins with a brace. Stateless, so
 * one reader may serve any number of threads.
 */
public final class DefinitionReader {

    /** Bytes that a definition may have, as UTF-8. */
    public static final int MAX_BYTES = 2 * 1024 * 1024;

    private static final Place START = new Place(1, 1);

    private static final List<String> TEMPLATE_FIELDS =
            List.of(
                    "name",
                    "namespace_name",
                    "version",
                    "description",
                    "task_handler",
                    "error_handling",
                    "retry",
                    "retry_defaults",
                    "timeout_ms",
                    "timeout_seconds",
                    "steps");

    private static final List<String> DAG_FIELDS =
            List.of(
                    "name",
                    "namespace_name",
                    "version",
                    "description",
                    "error_handling",
                    "retry",
                    "retry_defaults",
                    "timeout_ms",
                    "timeout_seconds",
                    "dag");

    private static final List<String> BOTH_FIELDS =
            Stream.concat(TEMPLATE_FIELDS.stream(), Stream.of("dag")).toList();

    private static final List<String> IGNORED =
            List.of(
                    "metadata",
                    "system_dependencies",
                    "domain_events",
                    "input_schema",
                    "environments",
                    "lifecycle");

    /** Reads a file, which must be UTF-8. */
    public Definition read(Path file) {
        String source = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, source);
        } catch (NoSuchFileException e) {
            return unreadable(source, "", "there is no such file");
        } catch (IOException e) {
            return unreadable(source, "", "the file cannot be read: " + e.getMessage());
        }
    }

    /**
     * Reads to the end what must be UTF-8; the caller closes it.
     *
     * @param sourceName what the faults call it; its ending tells the format
     */
    public Definition read(InputStream in, String sourceName) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            return tooLarge(sourceName);
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return read(text, sourceName);
        } catch (CharacterCodingException e) {
            return unreadable(sourceName, "UTF-8", "the file is not valid UTF-8");
        }
    }

    /**
     * Reads a text.
     *
     * @param sourceName what the faults call it; its ending tells the format
     */
    public Definition read(String text, String sourceName) {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            return tooLarge(sourceName);
        }
        String marked = text.startsWith("\uFEFF") ? text.substring(1) : text;
        LocatedDocument document = LocatedDocument.parse(marked, format(sourceName, marked));
        Report report = new Report(sourceName, document.root().map(Located::place).orElse(START));
        document.problems()
                .forEach(problem ->
                        report.problem(
                                problem.path(),
                                problem.place(),
                                problem.found(),
                                problem.allowed(),
                                problem.message()));
        Optional<Definition> valid = document.root().flatMap(root -> bind(root, report));
        return valid.orElseGet(report::invalid);
    }

    private static Format format(String sourceName, String text) {
        String name = sourceName.toLowerCase(Locale.ROOT);
        boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
        boolean json = name.endsWith(".json") || (!yaml && text.stripLeading().startsWith("{"));
        return json ? Format.JSON : Format.YAML;
    }

    private static Definition tooLarge(String source) {
        return unreadable(source, "at most " + MAX_BYTES + " bytes", "the document is too large");
    }

    private static Definition unreadable(String source, String allowed, String message) {
        return new Definition.Invalid(List.of(new Fault(source, 0, 0, "", "", allowed, message)));
    }

    /** The workflow of a document, or nothing if there is a fault in the report. */
    private static Optional<Definition> bind(Located root, Report report) {
        if (!(root instanceof Located.Obj object)) {
            boolean nothing = root instanceof Located.Scalar scalar && scalar.plain() == null;
            report.fault(
                    "",
                    root.place(),
                    root.shown(),
                    "an object",
                    nothing ? "the document is empty" : "the document is not an object");
            return Optional.empty();
        }
        ObjectReader in = new ObjectReader(object, "", report);
        Workflow.Builder workflow = Workflow.builder(in.requiredText("name", "name", "a name"));
        in.text("namespace_name", "namespace_name").ifPresent(workflow::namespace);
        in.text("version", "version").ifPresent(workflow::version);
        in.text("description", "description").ifPresent(workflow::description);
        errorHandling(in, workflow);
        in.object("retry_defaults", "retry_defaults")
                .ifPresent(retry ->
                        workflow.retryDefaults(
                                policy -> new RetryReader(retry, "retry_defaults").read(policy)));
        in.object("retry", "retry")
                .ifPresent(retry ->
                        workflow.retry(
                                policy -> new RetryReader(retry, "retry").readPlain(policy)));
        timeout(in, workflow);
        steps(in, workflow);
        var unused = workflow.check(report);
        if (report.hasFaults()) {
            return Optional.empty();
        }
        return Optional.of(new Definition.Valid(workflow.build(), report.warnings()));
    }

    private static void errorHandling(ObjectReader in, Workflow.Builder workflow) {
        String field = "error_handling";
        Optional<ObjectReader> config = in.object(field, field);
        config.ifPresent(own -> {
            String classification = "use_error_classification";
            String waiting = "use_waiting_for_retry_state";
            String attempts = "default_max_attempts";
            own.checkFields(List.of(classification, waiting, attempts), List.of());
            Optional<Boolean> classifies = own.flag(classification, field + "." + classification);
            classifies.ifPresent(workflow::useErrorClassification);
            own.flag(waiting, field + "." + waiting).ifPresent(workflow::useWaitingForRetryState);
            own.attempts(attempts, field + "." + attempts).ifPresent(workflow::defaultMaxAttempts);
            if (classifies.filter(use -> !use).isPresent()) {
                in.report()
                        .warn(
                                own.path(classification),
                                own.place(classification),
                                "false",
                                "makes every failure permanent: no step is tried again");
            }
        });
    }

    private static void timeout(ObjectReader in, Workflow.Builder workflow) {
        String millis = "timeout_ms";
        String seconds = "timeout_seconds";
        in.time(seconds, millis, 1_000)
                .ifPresent(time -> {
                    in.report().spot(millis, in.path(seconds), in.place(seconds));
                    workflow.timeout(time);
                });
        in.time(millis, millis, 1).ifPresent(workflow::timeout);
        if (in.has(millis) && in.has(seconds)) {
            in.report()
                    .fault(
                            seconds,
                            in.place(seconds),
                            "",
                            "one of them",
                            "stands beside " + millis);
        }
    }

    private static void steps(ObjectReader in, Workflow.Builder workflow) {
        Report report = in.report();
        boolean template = in.located().fields().containsKey("steps");
        Located.Field body = in.located().fields().get("dag");
        boolean dag = body != null;
        if (template && body != null) {
            report.fault("dag", body.keyPlace(), "", "steps or dag", "stands beside steps");
        }
        if (dag && !template) {
            in.checkFields(DAG_FIELDS, IGNORED);
            dag(in, workflow);
            return;
        }
        in.checkFields(dag ? BOTH_FIELDS : TEMPLATE_FIELDS, IGNORED);
        taskHandler(in);
        if (!in.has("steps")) {
            in.missing("steps", "steps", "a list, [] for no steps, or dag");
        }
        read(in.objects("steps", "steps"), StepReader.Shape.TEMPLATE, workflow);
    }

    /** A template names a handler of its own; here a run needs none. Its settings would be lost. */
    private static void taskHandler(ObjectReader in) {
        in.object("task_handler", "task_handler")
                .ifPresent(handler -> {
                    handler.checkFields(List.of("callable", "initialization"), List.of());
                    handler.text("callable", "task_handler.callable");
                    handler.object("initialization", "task_handler.initialization")
                            .filter(own -> !own.located().fields().isEmpty())
                            .ifPresent(own ->
                                    in.report()
                                            .warn(
                                                    handler.path("initialization"),
                                                    own.located().place(),
                                                    "",
                                                    "is not used by this version"));
                });
    }

    private static void dag(ObjectReader in, Workflow.Builder workflow) {
        if (!in.has("dag")) {
            in.missing("dag", "steps", "an object with nodes");
            return;
        }
        Optional<ObjectReader> dag = in.object("dag", "dag");
        dag.ifPresent(body -> {
            body.checkFields(List.of("nodes"), List.of());
            if (!body.has("nodes")) {
                body.missing("nodes", "steps", "a list, [] for no steps");
            }
            read(body.objects("nodes", "steps"), StepReader.Shape.DAG, workflow);
        });
    }

    private static void read(
            List<ObjectReader> steps, StepReader.Shape shape, Workflow.Builder workflow) {
        for (int i = 0; i < steps.size(); i++) {
            new StepReader(steps.get(i), shape, i).read(workflow);
        }
    }
}
