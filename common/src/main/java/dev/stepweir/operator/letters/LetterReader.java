package dev.stepweir.operator.letters;

import dev.stepweir.json.Json;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RunStore;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what belongs to dead letters and is kept with their runs. Two waits for any number. */
final class LetterReader {

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;

    /** What is kept with a letter's run: the step as it is, and what people found out. */
    record Beside(Optional<StepField> step, Investigation investigation) {

        private static final Beside NOTHING = new Beside(Optional.empty(), Investigation.NONE);

        static Beside of(@Nullable String state, @Nullable String notes) {
            return new Beside(
                    read(state, StepField::parse),
                    read(notes, text -> Json.read(text, Investigation.class))
                            .orElse(Investigation.NONE));
        }

        /** What is garbled, or of a newer version, must not keep people from all the letters. */
        private static <T> Optional<T> read(@Nullable String text, Function<String, T> reading) {
            try {
                return Optional.ofNullable(text).map(reading);
            } catch (RuntimeException garbled) {
                return Optional.empty();
            }
        }

        boolean isDead() {
            return step.filter(field -> field.state() == StepState.DEAD).isPresent();
        }
    }

    LetterReader(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
    }

    List<DeadLetterView> views(List<StoredLetter> letters) {
        return redis.retrying(() -> {
            Map<RunId, CompletableFuture<List<HistoryEvent>>> histories = histories(letters);
            Map<String, CompletableFuture<Beside>> besides = besides(letters);
            return letters.stream()
                    .map(letter -> view(letter, told(histories, letter), beside(besides, letter)))
                    .toList();
        });
    }

    private static List<HistoryEvent> told(
            Map<RunId, CompletableFuture<List<HistoryEvent>>> histories, StoredLetter letter) {
        return Optional.ofNullable(histories.get(letter.run()))
                .map(RedisFutures::join)
                .orElse(List.of());
    }

    private static Beside beside(
            Map<String, CompletableFuture<Beside>> besides, StoredLetter letter) {
        return Optional.ofNullable(besides.get(letter.letter().id()))
                .map(RedisFutures::join)
                .orElse(Beside.NOTHING);
    }

    /** What is kept with the runs of letters, by the letters' ids. */
    Map<String, CompletableFuture<Beside>> besides(List<StoredLetter> letters) {
        Map<String, CompletableFuture<Beside>> besides = new LinkedHashMap<>();
        for (StoredLetter letter : letters) {
            String state = StepFields.state(letter.letter().step());
            String notes = StepFields.notes(letter.letter().step());
            Keys keys = namespace.keys(letter.run());
            besides.put(
                    letter.letter().id(),
                    runs.fieldsAsync(keys, letter.run(), List.of(state, notes))
                            .thenApply(found -> Beside.of(found.get(state), found.get(notes))));
        }
        return besides;
    }

    /** The letters whose investigation has got so far. */
    List<StoredLetter> withStatus(List<StoredLetter> letters, Investigation.Status status) {
        Map<String, CompletableFuture<Beside>> besides = besides(letters);
        return letters.stream()
                .filter(letter -> beside(besides, letter).investigation().status() == status)
                .toList();
    }

    /** Of each run only what is told of steps that have a letter here: a page has many runs. */
    private Map<RunId, CompletableFuture<List<HistoryEvent>>> histories(
            List<StoredLetter> letters) {
        Map<RunId, Set<String>> steps = new LinkedHashMap<>();
        for (StoredLetter letter : letters) {
            steps.computeIfAbsent(letter.run(), run -> new HashSet<>()).add(letter.letter().step());
        }
        Map<RunId, CompletableFuture<List<HistoryEvent>>> histories = new LinkedHashMap<>();
        steps.forEach((run, told) ->
                histories.put(
                        run,
                        runs.eventsAsync(
                                namespace.keys(run), run, event -> told.contains(step(event)))));
        return histories;
    }

    private static String step(HistoryEvent event) {
        return String.valueOf(event.details().get("step"));
    }

    private static DeadLetterView view(
            StoredLetter stored, List<HistoryEvent> history, Beside beside) {
        String name = stored.letter().step();
        List<HistoryEvent> own =
                history.stream().filter(event -> name.equals(step(event))).toList();
        return new DeadLetterView(
                stored.letter(),
                stored.died(),
                beside.step().map(StepField::state),
                beside.step().map(field -> field.ledgers().edits()).orElse(0),
                beside.investigation(),
                published(stored, own),
                own);
    }

    /** The time of an entry is part of its id. */
    private static Optional<Instant> published(StoredLetter stored, List<HistoryEvent> history) {
        Stream<Dispatch> known =
                Stream.concat(
                        history.stream().flatMap(event -> event.dispatch().stream()),
                        Stream.of(Dispatch.parse(stored.letter().dispatch())));
        return known.filter(Dispatch::isAnnounced)
                .findFirst()
                .map(first -> Instant.ofEpochMilli(first.publishedMillis()));
    }
}
