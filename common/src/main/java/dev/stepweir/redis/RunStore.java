package dev.stepweir.redis;

import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Reads what is stored of runs, in bounded pieces. What it returns was true when it was read; who
 * wants to change a step says so to a script, with the field as read. Thread-safe.
 */
public final class RunStore {

    private static final int FIELDS_PER_READ = 500;
    private static final int EVENTS = 10_000;

    private final Redis redis;

    public RunStore(Redis redis) {
        this.redis = redis;
    }

    /** A run's state, or empty when there is no such run. */
    public Optional<RunHead> head(Keys keys, RunId run) {
        return Optional.ofNullable(fields(keys, run, List.of("head")).get("head"))
                .map(RunHead::parse);
    }

    /** The named fields of a run that exist, as text. */
    public Map<String, String> fields(Keys keys, RunId run, List<String> names) {
        return redis.retrying(() -> RedisFutures.join(fieldsAsync(keys, run, names)));
    }

    /** As {@link #fields}, without waiting. */
    public CompletableFuture<Map<String, String>> fieldsAsync(
            Keys keys, RunId run, List<String> names) {
        byte[] key = Bytes.of(keys.of(run).run(run));
        Map<String, String> found = new HashMap<>();
        List<CompletableFuture<Void>> reads = new ArrayList<>();
        for (int first = 0; first < names.size(); first += FIELDS_PER_READ) {
            List<String> some =
                    names.subList(first, Math.min(first + FIELDS_PER_READ, names.size()));
            byte[][] asked = some.stream().map(Bytes::of).toArray(byte[][]::new);
            reads.add(
                    redis.commands()
                            .hmget(key, asked)
                            .toCompletableFuture()
                            .thenAccept(values -> keep(values, found)));
        }
        return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
                .thenApply(done -> found);
    }

    private static void keep(List<KeyValue<byte[], byte[]>> values, Map<String, String> found) {
        synchronized (found) {
            for (KeyValue<byte[], byte[]> value : values) {
                if (value.hasValue()) {
                    found.put(Bytes.text(value.getKey()), Bytes.text(value.getValue()));
                }
            }
        }
    }

    /** The stored text of each named step's field; steps that nothing happened to are left out. */
    public Map<String, String> stepTexts(Keys keys, RunId run, List<String> steps) {
        Map<String, String> fields =
                fields(keys, run, steps.stream().map(StepFields::state).toList());
        Map<String, String> texts = new LinkedHashMap<>();
        for (String step : steps) {
            String text = fields.get(StepFields.state(step));
            if (text != null) {
                texts.put(step, text);
            }
        }
        return texts;
    }

    /** One step as stored. */
    public StepField step(Keys keys, RunId run, String step) {
        String text = stepTexts(keys, run, List.of(step)).get(step);
        return text == null ? StepField.ABSENT : StepField.parse(text);
    }

    /**
     * What a run's history tells, in the order of time: of its newest 10,000 events those that are
     * wanted. The others are not kept.
     */
    public CompletableFuture<List<HistoryEvent>> eventsAsync(
            Keys keys, RunId run, Predicate<HistoryEvent> wanted) {
        byte[] key = Bytes.of(keys.of(run).history(run));
        return redis.commands()
                .lrange(key, -EVENTS, -1)
                .toCompletableFuture()
                .thenApply(lines ->
                        lines.stream()
                                .map(Bytes::text)
                                .map(HistoryEvent::parse)
                                .filter(wanted)
                                .toList());
    }

    /** A stored value of a run: its input or an output; empty when there is none. */
    public Optional<byte[]> value(Keys keys, RunId run, String field) {
        Keys own = keys.of(run);
        return redis.retrying(() -> {
            byte[] stored =
                    RedisFutures.join(
                            redis.commands().hget(Bytes.of(own.run(run)), Bytes.of(field)));
            return resolve(own, run, field, stored);
        });
    }

    /** The value behind what a field holds: in place, or in a key of its own. */
    public Optional<byte[]> resolve(
            Keys keys, RunId run, String field, byte @org.jspecify.annotations.Nullable [] stored) {
        if (stored == null) {
            return Optional.empty();
        }
        if (!StoredValue.isReference(stored)) {
            return Optional.of(StoredValue.value(stored));
        }
        byte[] blob = Bytes.of(keys.of(run).blob(run, field));
        return Optional.ofNullable(RedisFutures.join(redis.commands().get(blob)));
    }
}
