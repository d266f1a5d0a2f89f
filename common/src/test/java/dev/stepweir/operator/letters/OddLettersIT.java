package dev.stepweir.operator.letters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.json.Json;
import dev.stepweir.operator.Attribution;
import dev.stepweir.operator.doctor.Ailment;
import dev.stepweir.operator.doctor.Doctor;
import dev.stepweir.operator.doctor.Finding;
import dev.stepweir.operator.doctor.Treatment;
import dev.stepweir.redis.Connected;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.PurgeLetter;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Entries of the dead-letter stream that are not as this version writes them, or not when. */
class OddLettersIT extends Connected {

    private static final long DIED = 1_700_000_000_000L;
    private static final Attribution ADA = new Attribution("ada", "");

    private DeadLetters letters;

    @BeforeEach
    void open() {
        letters = new DeadLetters(redis, namespace);
    }

    @Test
    void an_entry_that_cannot_be_read_keeps_nobody_from_the_others() {
        String first = die(DIED);
        String newer = die(DIED + 1, "ATTEMPTS_EXHAUSTED", "A_WORD_TO_COME");
        server.commands().xadd(namespace.keys(0).deadLetters(), "foreign", "entry");
        server.commands().xadd(namespace.keys(1).deadLetters(), "d", "{}");
        String last = die(DIED + 2);
        List<String> ids = new ArrayList<>();

        assertThat(letters.list(10))
                .extracting(view -> view.letter().id())
                .containsExactly(last, first);
        letters.forEachId(LetterFilter.ALL, 10, ids::add);
        assertThat(ids).containsExactly(first, last);
        assertThat(letters.show(newer)).isEmpty();
        LetterStats stats = letters.stats(LetterFilter.ALL);
        assertThat(stats.total()).isEqualTo(2);
        assertThat(stats.unreadable()).isEqualTo(3);
        BulkRedrive.Done done = dryRun(now -> {});
        assertThat(done.published()).isEqualTo(2);
        assertThat(done.unreadable()).isEqualTo(3);
        assertThat(done.seen()).isEqualTo(5);
        ids.clear();
        letters.purgeAll(LetterFilter.ALL, 10, ADA, ids::add);
        assertThat(ids).containsExactly(first, last);
        assertThat(letters.count()).isEqualTo(3);
    }

    @Test
    void what_is_kept_beside_a_letter_and_cannot_be_read_keeps_nobody_from_it() {
        String id = die(DIED);
        RunId run = new RunId(id.substring(0, id.indexOf('/')));
        String step = id.substring(id.indexOf('/') + 1);
        Keys keys = namespace.keys(run);
        server.commands().hset(keys.run(run), StepFields.state(step), "garbled");
        server.commands().hset(keys.run(run), StepFields.notes(step), "{\"status\":\"TO_COME\"}");
        server.commands().rpush(keys.history(run), "garbled");

        assertThat(letters.list(10))
                .singleElement()
                .satisfies(view -> assertThat(view.letter().id()).isEqualTo(id));
        assertThat(letters.stats(LetterFilter.ALL).total()).isEqualTo(1);
    }

    @Test
    void the_doctor_tells_of_it_and_removes_what_names_no_step() {
        String sound = die(DIED);
        String newer = die(DIED + 1, "ATTEMPTS_EXHAUSTED", "A_WORD_TO_COME");
        String foreign =
                server.commands().xadd(namespace.keys(0).deadLetters(), "foreign", "entry");

        assertThat(unreadable(false)).containsOnlyKeys("dlq " + foreign, newer);
        assertThat(unreadable(true))
                .containsEntry("dlq " + foreign, Treatment.Result.REPAIRED)
                .containsEntry(newer, Treatment.Result.LEFT)
                .hasSize(2);

        assertThat(letters.count()).isEqualTo(2);
        assertThat(letters.purge(newer, ADA)).isEqualTo(PurgeLetter.Outcome.PURGED);
        assertThat(unreadable(false)).isEmpty();
        assertThat(letters.show(sound)).isPresent();
    }

    @Test
    void a_death_in_the_future_does_not_hide_those_after_it() {
        long now = Instant.now().toEpochMilli();
        for (int i = 1; i <= 250; i++) {
            // The clock was an hour ahead for a moment; a page ends there.
            die(i == 200 ? now + 3_600_000 : DIED + i);
        }
        BulkRedrive.Done done = dryRun(published -> die(now - 1));

        assertThat(done.published()).isEqualTo(250);
        assertThat(done.seen()).isEqualTo(250);
        LetterFilter past = LetterFilter.ALL.before(Instant.ofEpochMilli(DIED + 1_000));
        assertThat(letters.stats(past).total()).isEqualTo(249);
        assertThat(letters.list(past, 1_000)).hasSize(249);
    }

    /** By what they are about; of the runs, which have no more than a dead step, nothing. */
    private Map<String, Treatment.Result> unreadable(boolean fix) {
        Map<String, Treatment.Result> found = new LinkedHashMap<>();
        new Doctor(redis, namespace, Doctor.USUAL_SILENCE)
                .examine(
                        fix,
                        treatment -> {
                            Finding finding = treatment.finding();
                            if (finding.ailment() == Ailment.UNREADABLE
                                    && finding.message().contains("dead letter")) {
                                assertThat(found.put(finding.about(), treatment.result())).isNull();
                            }
                        });
        return found;
    }

    private BulkRedrive.Done dryRun(Consumer<BulkRedrive.Done> progress) {
        BulkRedrive count = new BulkRedrive(Pace.perSecond(1_000), Long.MAX_VALUE, true, progress);
        return letters.redriveAll(LetterFilter.ALL, count, ADA);
    }

    private String die(long at) {
        return die(at, "", "");
    }

    /** A dead step with a letter, in which one word stands for another. */
    private String die(long at, String word, String other) {
        RunId run = RunId.create(0);
        Keys keys = namespace.keys(run);
        DeadLetter letter = SampleLetter.of(run, "work", "late", DIED);
        String id = letter.id();
        String text = Json.text(letter);
        Map<String, String> body = new LinkedHashMap<>();
        body.put("letter", id);
        body.put("died", Long.toString(at));
        body.put("d", word.isEmpty() ? text : text.replace(word, other));
        String entry = server.commands().xadd(keys.deadLetters(), body);
        server.commands().hset(keys.letterIndex(), id, entry);
        server.commands()
                .hset(
                        keys.run(run),
                        StepFields.state("step"),
                        "DEAD 3@" + DIED + "-0 f=3 dlq=" + entry);
        return id;
    }
}
