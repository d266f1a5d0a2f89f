package dev.stepweir.run;

import dev.stepweir.state.StepState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The packed field in which a run keeps one step: state, dispatch, and {@code key=value} tokens for
 * what is not zero. Scripts compare the whole text: a writer says what it saw, and a step that has
 * moved since is left alone.
 *
 * <pre>
 * PENDING 3                                        a join with three dependencies open
 * READY 2@1700000000000-0 f=1                      published twice, failed once
 * WAITING_FOR_RETRY 1@1700000000000-0 f=1 due=1700000001000
 * WAITING_FOR_RETRY 2@1700000000000-0 c=2 cause=crash due=1700000001000
 * PARKED 1@1700000000000-0 f=1 at=1700000000000
 * SUCCEEDED 2@1700000000000-0 f=1 w=w4f2a7c to=1700000000002 ms=15
 * SUCCEEDED 3@1700000000000-0 f=1 w=operator ms=0 to=1700000000002
 * SKIPPED 3@1700000000000-0 f=1 w=operator ms=0 to=1700000000002
 * DEAD 3@1700000000000-0 f=3 dlq=1700000000009-0
 * </pre>
 *
 * @param open dependencies still open, for {@code PENDING}
 * @param dueMillis when the step is published again, for {@code WAITING_FOR_RETRY}
 * @param crashed whether it waits because its worker died, not because it failed
 * @param worker who committed it, for {@code SUCCEEDED}, else empty
 * @param toMillis when it was committed, by the clock of Redis
 * @param tookMillis how long its handler ran, by the worker's clock
 */
public record StepField(
        StepState state,
        Optional<Dispatch> dispatch,
        Ledgers ledgers,
        int open,
        long dueMillis,
        boolean crashed,
        String worker,
        long toMillis,
        long tookMillis) {

    /** The field of a step that nothing has happened to yet: absent. */
    public static final StepField ABSENT =
            new StepField(StepState.PENDING, Optional.empty(), Ledgers.NONE, 0, 0, false, "", 0, 0);

    /** Stands where a worker does for a step that an operator ended. */
    private static final String OPERATOR = "operator";

    /**
     * Reads a stored field.
     *
     * @throws UnreadableException for anything else
     */
    public static StepField parse(String text) {
        try {
            return parsed(text);
        } catch (IllegalArgumentException | IndexOutOfBoundsException garbled) {
            throw new UnreadableException("what is stored of a step", text, garbled);
        }
    }

    private static StepField parsed(String text) {
        String[] tokens = text.split(" ");
        StepState state = StepState.valueOf(tokens[0]);
        if (state == StepState.PENDING) {
            int open = Integer.parseInt(tokens[1]);
            return new StepField(state, Optional.empty(), Ledgers.NONE, open, 0, false, "", 0, 0);
        }
        Map<String, String> values = tokens(tokens, 2);
        return new StepField(
                state,
                Optional.of(Dispatch.parse(tokens[1])),
                ledgers(values),
                0,
                Long.parseLong(values.getOrDefault("due", "0")),
                "crash".equals(values.get("cause")),
                values.getOrDefault("w", ""),
                Long.parseLong(values.getOrDefault("to", "0")),
                Long.parseLong(values.getOrDefault("ms", "0")));
    }

    /** Reads what {@link #ledgerSuffix} wrote. */
    public static Ledgers parseLedgers(String suffix) {
        return ledgers(tokens(suffix.split(" "), 1));
    }

    private static Map<String, String> tokens(String[] tokens, int from) {
        Map<String, String> values = new HashMap<>();
        for (int i = from; i < tokens.length; i++) {
            int equals = tokens[i].indexOf('=');
            values.put(tokens[i].substring(0, equals), tokens[i].substring(equals + 1));
        }
        return values;
    }

    private static Ledgers ledgers(Map<String, String> values) {
        return new Ledgers(
                count(values, "f"),
                count(values, "c"),
                count(values, "r"),
                count(values, "fb"),
                count(values, "cb"),
                count(values, "ed"),
                values.getOrDefault("dlq", ""),
                Long.parseLong(values.getOrDefault("at", "0")),
                Long.parseLong(values.getOrDefault("pass", "0")));
    }

    /**
     * The dispatch of a step that has been published.
     *
     * @throws IllegalStateException for a step that never was
     */
    public Dispatch published() {
        return dispatch.orElseThrow(() -> new IllegalStateException("never published: " + this));
    }

    /** The number that the next publishing has. */
    public long nextNumber() {
        return published().number() + 1;
    }

    /** A published step as it is stored. */
    public static String ready(Dispatch dispatch, Ledgers ledgers) {
        return "READY " + dispatch + ledgers.suffix();
    }

    /**
     * A published step as a breaker parks it. Its place is the time at which it was first ready,
     * which is when its entry was made.
     */
    public StepField parked() {
        long ready = ledgers.readyMillis();
        if (ready == 0) {
            ready = published().publishedMillis();
        }
        Ledgers kept = ledgers.withReady(ready).withPass(0);
        return new StepField(StepState.PARKED, dispatch, kept, 0, 0, false, "", 0, 0);
    }

    /** A parked step as it is stored. */
    public static String parked(Dispatch dispatch, Ledgers ledgers) {
        return "PARKED " + dispatch + ledgers.suffix();
    }

    /** What follows {@code READY <number>@<entry id>}. */
    public static String ledgerSuffix(Ledgers ledgers) {
        return ledgers.suffix();
    }

    /** When the committed attempt began, for people: what it took before its commit. */
    public long fromMillis() {
        return toMillis - tookMillis;
    }

    /** A step whose worker died, up to the due time, which the script appends. */
    public static String waitingAfterCrashUpToDue(Dispatch dispatch, Ledgers ledgers) {
        return "WAITING_FOR_RETRY " + dispatch + ledgers.suffix() + " cause=crash due=";
    }

    /** A failed step up to the due time, which the script appends. */
    public static String waitingUpToDue(Dispatch dispatch, Ledgers ledgers) {
        return "WAITING_FOR_RETRY " + dispatch + ledgers.suffix() + " due=";
    }

    /** A dead step up to the dead letter's id, which the script appends. */
    public static String deadUpToLetter(Dispatch dispatch, Ledgers ledgers) {
        return "DEAD " + dispatch + ledgers.withoutLetter().suffix() + " dlq=";
    }

    /** A dead step after one more edit, as it is stored. */
    public String deadAfterEdit() {
        Ledgers edited = ledgers.withEdit();
        return "DEAD " + published() + edited.suffix();
    }

    /** A step that an operator ended, up to the time, which the script appends. */
    public static String concludedUpToTime(StepState end, Dispatch withdrawn, Ledgers ledgers) {
        String kept = ledgers.withoutLetter().suffix();
        return end + " " + withdrawn + kept + " w=" + OPERATOR + " ms=0 to=";
    }

    /** Whether an operator ended it, and not its handler. */
    public boolean isByHand() {
        return worker.equals(OPERATOR);
    }

    private static int count(Map<String, String> values, String key) {
        return Integer.parseInt(values.getOrDefault(key, "0"));
    }
}
