package dev.stepweir.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.json.Json;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is stored comes back as it was written. */
class StoredFormsTest {

    private static final int ROUNDS = 10_000;

    /** Beyond this a Lua number is not exact any more. */
    private static final long LUA_LIMIT = 1L << 53;

    private final Random random = new Random(20_261_121);

    @Test
    void a_dispatch_comes_back() {
        for (int i = 0; i < ROUNDS; i++) {
            Dispatch dispatch = dispatch();
            assertThat(Dispatch.parse(dispatch.toString())).isEqualTo(dispatch);
        }
    }

    @Test
    void dispatch_numbers_stay_exact_beyond_what_lua_counts_exactly() {
        for (long number : new long[] {1, LUA_LIMIT - 1, LUA_LIMIT, LUA_LIMIT + 1}) {
            StepField field =
                    StepField.parse(StepField.ready(new Dispatch(number, "5-1"), Ledgers.NONE));

            assertThat(field.published().number()).isEqualTo(number);
            assertThat(field.nextNumber()).isEqualTo(number + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "1",
                "@5-1",
                "0@5-1",
                "-1@5-1",
                "1@",
                "x@5-1",
                "1.5@5-1",
                "1@-1",
                "1@5-",
                "1@9223372036854775808-0",
                "1@5-18446744073709551616",
                "1@99999999999999999999999-0"
            })
    void what_is_no_dispatch_is_refused(String text) {
        assertThatThrownBy(() -> Dispatch.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "READY",
                "READY x@y",
                "READY 1@5-1 f",
                "READY 1@5-1 f=x",
                "PENDING",
                "PENDING x",
                "ASLEEP 1@5-1",
                "WAITING_FOR_RETRY 1@5-1 due=soon"
            })
    void what_is_no_field_of_a_step_is_shown(String text) {
        assertThatThrownBy(() -> StepField.parse(text))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("what is stored of a step cannot be read: '" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "RUNNING", "ASLEEP hash", "RUNNING hash many"})
    void what_is_no_head_of_a_run_is_shown(String text) {
        assertThatThrownBy(() -> RunHead.parse(text))
                .isInstanceOf(UnreadableException.class)
                .hasMessage("the head of a run cannot be read: '" + text + "'");
    }

    @Test
    void the_largest_entry_id_is_one() {
        Dispatch last = Dispatch.parse("1@9223372036854775807-18446744073709551615");

        assertThat(last.publishedMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "garbage", "12", "12 NOTED", "x NOTED {}", "12 NOTED {", "1 A []"})
    void an_event_that_says_nothing_is_still_one(String line) {
        HistoryEvent event = HistoryEvent.parse(line);

        assertThat(event.kind()).isEqualTo(HistoryEvent.UNREADABLE);
        assertThat(event.dispatch()).isEmpty();
    }

    @Test
    void an_event_shows_only_what_can_be_read_inside_of_it() {
        for (int levels : new int[] {0, 1, Json.MAX_DEPTH - 1, Json.MAX_DEPTH}) {
            String value = "[".repeat(levels) + "]".repeat(levels);
            byte[] json = (levels == 0 ? "null" : value).getBytes(StandardCharsets.UTF_8);
            Map<String, Object> details = new HashMap<>();
            details.put("result", HistoryEvent.shown(json));

            String line = "5 " + HistoryEvent.record(HistoryEvent.COMPLETED_BY_HAND, details);

            assertThat(HistoryEvent.parse(line).kind()).isEqualTo(HistoryEvent.COMPLETED_BY_HAND);
            assertThat(line.contains("bytes")).as(line).isEqualTo(levels == Json.MAX_DEPTH);
        }
    }

    @Test
    void a_ready_step_comes_back() {
        for (int i = 0; i < ROUNDS; i++) {
            Dispatch dispatch = dispatch();
            Ledgers ledgers = ledgers();

            StepField field = StepField.parse(StepField.ready(dispatch, ledgers));

            assertThat(field.state()).isEqualTo(StepState.READY);
            assertThat(field.published()).isEqualTo(dispatch);
            assertThat(field.ledgers()).isEqualTo(ledgers);
        }
    }

    @Test
    void a_waiting_step_comes_back_with_the_time_that_the_script_adds() {
        for (int i = 0; i < ROUNDS; i++) {
            Dispatch dispatch = dispatch();
            Ledgers ledgers = ledgers();
            long due = random.nextLong(LUA_LIMIT);

            StepField field = StepField.parse(StepField.waitingUpToDue(dispatch, ledgers) + due);

            assertThat(field.state()).isEqualTo(StepState.WAITING_FOR_RETRY);
            assertThat(field.published()).isEqualTo(dispatch);
            assertThat(field.ledgers()).isEqualTo(ledgers);
            assertThat(field.dueMillis()).isEqualTo(due);
        }
    }

    @Test
    void a_dead_step_comes_back_with_its_newest_letter() {
        for (int i = 0; i < ROUNDS; i++) {
            Ledgers ledgers = ledgers();
            String letter = entryId();

            String stored = StepField.deadUpToLetter(dispatch(), ledgers) + letter;

            StepField field = StepField.parse(stored);
            assertThat(field.state()).isEqualTo(StepState.DEAD);
            assertThat(stored).isEqualTo("DEAD %s%s".formatted(field.published(), suffix(field)));
            assertThat(field.ledgers().deadLetter()).isEqualTo(letter);
            assertThat(field.ledgers().failures()).isEqualTo(ledgers.failures());
            assertThat(field.ledgers().crashBase()).isEqualTo(ledgers.crashBase());
        }
    }

    @Test
    void a_succeeded_step_says_who_when_and_how_long() {
        StepField field =
                StepField.parse("SUCCEEDED 2@1700000000000-0 f=1 w=w4f2a7c to=1700000000002 ms=15");

        assertThat(field.worker()).isEqualTo("w4f2a7c");
        assertThat(field.toMillis()).isEqualTo(1_700_000_000_002L);
        assertThat(field.tookMillis()).isEqualTo(15);
        assertThat(field.fromMillis()).isEqualTo(1_699_999_999_987L);
        assertThat(field.ledgers()).isEqualTo(Ledgers.NONE.withFailure());
    }

    @Test
    void an_open_join_says_how_many_are_open_and_was_never_published() {
        StepField field = StepField.parse("PENDING 3");

        assertThat(field.open()).isEqualTo(3);
        assertThat(field.dispatch()).isEmpty();
        assertThatThrownBy(field::nextNumber).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_ledger_never_decreases_and_no_attempt_is_shown_twice() {
        for (int i = 0; i < 1_000; i++) {
            Ledgers ledgers = Ledgers.NONE;
            int attempt = ledgers.attempt();
            for (int step = 0; step < 20; step++) {
                Ledgers before = ledgers;
                boolean charged = false;
                switch (random.nextInt(4)) {
                    case 0 -> {
                        ledgers = ledgers.withFailure();
                        charged = true;
                    }
                    case 1 -> {
                        ledgers = ledgers.withCrash();
                        charged = true;
                    }
                    case 2 -> ledgers = ledgers.withRedelivery();
                    default -> {
                        ledgers = ledgers.rebased();
                        assertThat(ledgers.failuresSinceBase()).isZero();
                        assertThat(ledgers.crashesSinceBase()).isZero();
                    }
                }
                attempt += charged ? 1 : 0;
                assertThat(ledgers.attempt()).isEqualTo(attempt);
                assertThat(ledgers.failures()).isGreaterThanOrEqualTo(before.failures());
                assertThat(ledgers.crashes()).isGreaterThanOrEqualTo(before.crashes());
                assertThat(ledgers.redeliveries()).isGreaterThanOrEqualTo(before.redeliveries());
                assertThat(ledgers.failuresSinceBase()).isNotNegative();
                assertThat(ledgers.crashesSinceBase()).isNotNegative();
            }
        }
    }

    @Test
    void a_queue_entry_comes_back_whatever_steps_are_called() {
        for (int i = 0; i < ROUNDS; i++) {
            RunId run = RunId.create(random.nextInt(RunId.MAX_PARTITIONS));
            String step = stepName();
            List<String> inputs = new ArrayList<>();
            for (int n = random.nextInt(5); n > 0; n--) {
                inputs.add(stepName());
            }
            long number = 1 + random.nextLong(LUA_LIMIT);
            String text = run + " " + number + " " + QueueEntry.announcement(step, inputs);

            QueueEntry entry = QueueEntry.parse(text);

            assertThat(entry).isEqualTo(new QueueEntry(run, number, step, inputs));
            assertThat(run + " " + number + " " + entry.announcement()).isEqualTo(text);
        }
    }

    @Test
    void more_inputs_than_an_entry_names_are_left_to_the_worker() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < QueueEntry.MAX_INPUTS; i++) {
            many.add("step" + i);
        }
        assertThat(QueueEntry.announcement("join", many)).contains("o:step31");

        many.add("one more");
        assertThat(QueueEntry.announcement("join", many)).isEqualTo("s:join");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0198c2b5-7c1e-7003-8000-000000000000",
                "0198c2b5-7c1e-7003-8000-000000000000 1",
                "0198c2b5-7c1e-7003-8000-000000000000 x s:a",
                "0198c2b5-7c1e-7003-8000-000000000000:1 s:a",
                "0198c2b5-7c1e-4003-8000-000000000000 1 s:a"
            })
    void what_is_no_queue_entry_is_refused(String text) {
        assertThatThrownBy(() -> QueueEntry.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_head_comes_back() {
        for (RunState state : RunState.values()) {
            assertThat(RunHead.parse(state + " abc")).isEqualTo(new RunHead(state, "abc", 0));
            assertThat(RunHead.parse(state + " abc 12")).isEqualTo(new RunHead(state, "abc", 12));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "RUNNING", "RUNNING ", "DANCING abc", "RUNNING abc many"})
    void what_is_no_head_is_refused(String text) {
        assertThatThrownBy(() -> RunHead.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_line_of_history_comes_back() {
        Map<String, Object> details = Map.of("step", "a b{}\n\uD83D\uDE80", "attempt", 3);
        String line = "1700000000000 " + HistoryEvent.record(HistoryEvent.FAILED, details);

        assertThat(HistoryEvent.parse(line))
                .isEqualTo(new HistoryEvent(1_700_000_000_000L, HistoryEvent.FAILED, details));
    }

    private static String suffix(StepField field) {
        return StepField.ledgerSuffix(field.ledgers());
    }

    private Dispatch dispatch() {
        return new Dispatch(1 + random.nextLong(LUA_LIMIT), entryId());
    }

    private String entryId() {
        return random.nextLong(LUA_LIMIT) + "-" + random.nextInt(1_000);
    }

    private Ledgers ledgers() {
        return new Ledgers(
                random.nextInt(4),
                random.nextInt(4),
                random.nextInt(4),
                random.nextInt(4),
                random.nextInt(4),
                random.nextInt(4),
                random.nextBoolean() ? "" : entryId(),
                random.nextBoolean() ? 0 : random.nextLong(LUA_LIMIT),
                random.nextBoolean() ? 0 : random.nextLong(LUA_LIMIT));
    }

    /** What a definition allows: anything printable. */
    private String stepName() {
        List<String> pieces =
                List.of("a", " ", "{", "}", "=", "@", ":", "s:", "\uD83D\uDE80", "$end");
        StringBuilder name = new StringBuilder("n");
        for (int length = random.nextInt(6); length > 0; length--) {
            name.append(pieces.get(random.nextInt(pieces.size())));
        }
        return name.toString();
    }
}
