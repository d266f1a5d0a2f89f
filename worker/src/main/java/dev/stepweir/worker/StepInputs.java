package dev.stepweir.worker;

import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.handler.StepAbandonedException;
import dev.stepweir.json.Json;
import dev.stepweir.json.JsonFault;
import dev.stepweir.once.Persistence;
import dev.stepweir.redis.RunStore;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.StepFields;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What flows into one execution. Values kept outside the run are fetched when they are needed,
 * however long Redis is away: that is no failure of the step.
 */
final class StepInputs {

    private static final String INPUT = "input";

    private final Assignment assignment;
    private final Plan.Step step;
    private final RunStore runs;

    StepInputs(Assignment assignment, Plan.Step step, RunStore runs) {
        this.assignment = assignment;
        this.step = step;
        this.runs = runs;
    }

    /** The run's input, the one dependency's output, or an object of several. */
    @SuppressWarnings({"NullAway", "unchecked"}) // null is what a handler without input gets
    <I extends @Nullable Object> I read(Class<I> type) {
        if (type == Void.class) {
            return null;
        }
        Optional<byte[]> json = json();
        if (json.isEmpty()) {
            return null;
        }
        try {
            return Json.read(json.get(), type);
        } catch (JacksonException e) {
            throw new PermanentStepException(
                    "the input cannot be read as " + type.getName() + ": " + JsonFault.placed(e),
                    e);
        } catch (RuntimeException e) {
            throw new PermanentStepException(
                    "the input cannot be read as " + type.getName() + ": " + e.getMessage(), e);
        }
    }

    /** What flows in; empty when nothing does. */
    Optional<byte[]> json() {
        if (assignment.ledgers().isEdited()) {
            return stored(StepFields.input(assignment.step().step()));
        }
        List<String> dependencies = step.dependencies();
        return switch (dependencies.size()) {
            case 0 -> value(0, INPUT);
            case 1 -> value(0, StepFields.output(dependencies.getFirst()));
            default -> Optional.of(object(dependencies));
        };
    }

    Optional<byte[]> runInput() {
        return step.dependencies().isEmpty() ? value(0, INPUT) : stored(INPUT);
    }

    Optional<byte[]> output(String dependency) {
        int index = step.dependencies().indexOf(dependency);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "step '"
                            + assignment.step().step()
                            + "' does not depend on '"
                            + dependency
                            + "' (it depends on "
                            + step.dependencies()
                            + ")");
        }
        return value(index, StepFields.output(dependency));
    }

    // The entry brought them, unless there were too many to name in it.
    private Optional<byte[]> value(int index, String field) {
        if (step.dependencies().size() > QueueEntry.MAX_INPUTS) {
            return stored(field);
        }
        byte[] brought = assignment.inputs().get(index);
        return fetched(
                () -> runs.resolve(assignment.keys(), assignment.step().run(), field, brought));
    }

    private Optional<byte[]> stored(String field) {
        return fetched(() -> runs.value(assignment.keys(), assignment.step().run(), field));
    }

    private static Optional<byte[]> fetched(Supplier<Optional<byte[]>> read) {
        try {
            return Persistence.ask(read);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepAbandonedException("given up while what flows in was read");
        }
    }

    private byte[] object(List<String> dependencies) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < dependencies.size(); i++) {
            parts.add((Json.text(dependencies.get(i)) + ":").getBytes(StandardCharsets.UTF_8));
            parts.add(
                    value(i, StepFields.output(dependencies.get(i)))
                            .orElse("null".getBytes(StandardCharsets.UTF_8)));
        }
        json.write('{');
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0 && i % 2 == 0) {
                json.write(',');
            }
            json.writeBytes(parts.get(i));
        }
        json.write('}');
        return json.toByteArray();
    }
}
