package dev.stepweir.operator.letters;

import dev.stepweir.redis.Bytes;
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
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads what belongs to dead letters and is kept with their runs. Two waits for any number. */
final class LetterReader {

    private static final int HISTORY_READ = 2_000;

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore runs;

    LetterReader(Redis redis, Namespace namespace) {
        this.redis = redis;
        this.namespace = namespace;
        this.runs = new RunStore(redis);
    }

    List<DeadLetterView> views(List<StoredLetter> letters) {
        return redis.retrying(() -> {
            Map<RunId, CompletableFuture<List<HistoryEvent>>> histories = new LinkedHashMap<>();
            letters.forEach(letter -> histories.computeIfAbsent(letter.run(), this::history));
            Map<String, CompletableFuture<Optional<StepField>>> steps = steps(letters);
            return letters.stream()
                    .map(letter -> view(letter, told(histories, letter), found(steps, letter)))
                    .toList();
        });
    }

    private static List<HistoryEvent> told(
            Map<RunId, CompletableFuture<List<HistoryEvent>>> histories, StoredLetter letter) {
        return Optional.ofNullable(histories.get(letter.run()))
                .map(RedisFutures::join)
                .orElse(List.of());
    }

    private static Optional<StepField> found(
            Map<String, CompletableFuture<Optional<StepField>>> steps, StoredLetter letter) {
        return Optional.ofNullable(steps.get(letter.letter().id())).flatMap(RedisFutures::join);
    }

    /** What the steps of letters are now, by the letters' ids. */
    Map<String, CompletableFuture<Optional<StepField>>> steps(List<StoredLetter> letters) {
        Map<String, CompletableFuture<Optional<StepField>>> steps = new LinkedHashMap<>();
        for (StoredLetter letter : letters) {
            String field = StepFields.state(letter.letter().step());
            Keys keys = namespace.keys(letter.run());
            steps.put(
                    letter.letter().id(),
                    runs.fieldsAsync(keys, letter.run(), List.of(field))
                            .thenApply(found ->
                                    Optional.ofNullable(found.get(field)).map(StepField::parse)));
        }
        return steps;
    }

    private CompletableFuture<List<HistoryEvent>> history(RunId run) {
        byte[] key = Bytes.of(namespace.keys(run).history(run));
        return redis.commands()
                .lrange(key, 0, HISTORY_READ - 1)
                .toCompletableFuture()
                .thenApply(
                        lines -> lines.stream().map(Bytes::text).map(HistoryEvent::parse).toList());
    }

    private static DeadLetterView view(
            StoredLetter stored, List<HistoryEvent> history, Optional<StepField> step) {
        String name = stored.letter().step();
        List<HistoryEvent> own =
                history.stream().filter(event -> name.equals(event.details().get("step"))).toList();
        return new DeadLetterView(
                stored.letter(),
                stored.died(),
                step.map(StepField::state),
                step.map(field -> field.ledgers().edits()).orElse(0),
                published(stored, own),
                own);
    }

    /** The time of an entry is part of its id. */
    private static Optional<Instant> published(StoredLetter stored, List<HistoryEvent> history) {
        Dispatch first =
                history.stream()
                        .flatMap(event -> event.dispatch().stream())
                        .findFirst()
                        .orElse(Dispatch.parse(stored.letter().dispatch()));
        return Optional.of(Instant.ofEpochMilli(first.publishedMillis()));
    }
}
