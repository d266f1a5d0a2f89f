package dev.stepweir.model;

import dev.stepweir.redis.Keys;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A partition as plain maps, and the rules that several scripts share. Everything that a script may
 * write is in {@link #lines()}.
 */
final class World {

    /** Whose breaker parks steps here. */
    static final String DEPENDENCY = "api";

    static final String ENTRY = QueueEntry.FIELD + "=";

    /** Values longer than this are shown by their ends and length. */
    private static final int SHOWN = 200;

    private final Keys keys;

    /** The running server's name, which changes when it is started anew. */
    String server = "server-1";

    private long now = 1_700_000_000_000L;

    final Map<RunId, Map<String, String>> runs = new LinkedHashMap<>();
    final Map<RunId, List<String>> histories = new LinkedHashMap<>();
    final Map<String, Map<String, String>> workflows = new TreeMap<>();
    final Map<String, String> blobs = new TreeMap<>();

    /** Queues that are held up. */
    final Map<String, String> pausedQueues = new TreeMap<>();

    /** Who resumes a run: the token, and the holder. */
    final Map<RunId, String> locks = new LinkedHashMap<>();

    final Map<RunState, Map<String, Long>> listed = new HashMap<>();
    final Map<String, Long> timers = new TreeMap<>();
    final Map<String, Long> parked = new TreeMap<>();
    final TreeSet<String> dependencies = new TreeSet<>();
    final Map<String, Long> beats = new TreeMap<>();
    final Map<String, Long> roles = new TreeMap<>();
    final Map<String, String> workerRecords = new TreeMap<>();
    final Map<String, Long> workerNames = new TreeMap<>();
    final Map<String, String> handlers = new TreeMap<>();
    final Map<String, String> letters = new TreeMap<>();
    final Map<String, String> reaper = new TreeMap<>();
    final TreeSet<String> queueNames = new TreeSet<>();
    final Map<String, ModelStream> queues = new LinkedHashMap<>();
    final ModelStream inbox;
    final ModelStream deadLetters;
    final Players players;

    World(Keys keys) {
        this.keys = keys;
        queues.put(Flow.WORK, new ModelStream(keys.queue(Flow.WORK), 9_000_000_000_001L));
        queues.put(Flow.OTHER, new ModelStream(keys.queue(Flow.OTHER), 9_000_000_000_002L));
        inbox = new ModelStream(keys.inbox(), 9_000_000_000_003L);
        deadLetters = new ModelStream(keys.deadLetters(), 9_000_000_000_004L);
        for (RunState state : RunState.values()) {
            listed.put(state, new TreeMap<>());
        }
        put(listed, RunState.RUNNING, list(RunState.SUBMITTED));
        put(listed, RunState.PAUSED, list(RunState.SUBMITTED));
        players = new Players();
    }

    private static <K, V> void put(Map<K, V> map, K key, V value) {
        map.put(key, value);
    }

    Keys keys() {
        return keys;
    }

    long now() {
        return now;
    }

    void pass(long millis) {
        now += millis;
    }

    /** The runs that are listed as being in a state. */
    Map<String, Long> list(RunState state) {
        return Optional.ofNullable(listed.get(state)).orElseThrow();
    }

    ModelStream queue(String name) {
        return Optional.ofNullable(queues.get(name)).orElseThrow();
    }

    @Nullable Map<String, String> run(RunId run) {
        return runs.get(run);
    }

    Optional<RunHead> head(RunId run) {
        return Optional.ofNullable(runs.get(run))
                .map(fields -> RunHead.parse(fields.getOrDefault("head", "")));
    }

    /** A run's field, empty if there is none. */
    String field(RunId run, String name) {
        Map<String, String> fields = runs.get(run);
        return fields == null ? "" : fields.getOrDefault(name, "");
    }

    void set(RunId run, String name, String value) {
        Optional.ofNullable(runs.get(run)).orElseThrow().put(name, value);
    }

    void unset(RunId run, String name) {
        Optional.ofNullable(runs.get(run)).orElseThrow().remove(name);
    }

    void setHead(RunId run, RunState state, String hash, int deadSteps) {
        set(run, "head", state + " " + hash + (deadSteps > 0 ? " " + deadSteps : ""));
    }

    void setStep(StepAddress step, String text) {
        set(step.run(), step.field(), text);
        players.noted(step, text);
    }

    void happened(RunId run, String event) {
        histories.computeIfAbsent(run, id -> new ArrayList<>()).add(now + " " + event);
    }

    /** What a script says to one who wants to move a step on. */
    enum Verdict {
        OK,
        ALREADY,
        STALE,
        RUN_CLOSED,
        GONE
    }

    Verdict fence(StepAddress step, StepState state, String expected) {
        Optional<RunHead> head = head(step.run());
        if (head.isEmpty()) {
            return Verdict.GONE;
        }
        if (!isUnderWay(head.get().state())) {
            return Verdict.RUN_CLOSED;
        }
        String stored = field(step.run(), step.field());
        if (stored.equals(expected) && word(stored, 0).equals(state.name())) {
            return Verdict.OK;
        }
        boolean same = !stored.isEmpty() && word(stored, 1).equals(word(expected, 1));
        return same && !word(stored, 0).equals(StepState.READY.name())
                ? Verdict.ALREADY
                : Verdict.STALE;
    }

    /** Whether another has taken a worker's name. */
    boolean isSuperseded(String worker) {
        String[] id = worker.split("#");
        return id.length == 2 && workerNames.getOrDefault(id[0], 0L) > Long.parseLong(id[1]);
    }

    /** What is executed may be reported. */
    static boolean isUnderWay(RunState run) {
        return run == RunState.RUNNING || run == RunState.PAUSED;
    }

    boolean isPaused(RunId run) {
        return head(run).filter(head -> head.state() == RunState.PAUSED).isPresent();
    }

    private static String word(String text, int n) {
        String[] words = text.split(" ");
        return n < words.length ? words[n] : "";
    }

    /** Announces a step: a new entry, and a field that names it. A paused run announces nothing. */
    void publish(StepAddress step, String announcement, long number, Ledgers ledgers) {
        if (isPaused(step.run())) {
            setStep(step, StepField.ready(new Dispatch(number, Dispatch.UNANNOUNCED), ledgers));
            return;
        }
        String entry = step.run() + " " + number + " " + announcement;
        String id = queue(step.queue()).add(ENTRY + entry);
        setStep(step, StepField.ready(new Dispatch(number, id), ledgers));
    }

    /** A reaper looks; how long nothing may be taken back. */
    long look(Duration gap, Duration lease) {
        long tick = Long.parseLong(reaper.getOrDefault("tick", "0"));
        long until = Long.parseLong(reaper.getOrDefault("grace_until", "0"));
        boolean other = !server.equals(reaper.getOrDefault("server", server));
        if (other || now - tick > gap.toMillis()) {
            until = now + Math.max(lease.toMillis(), other ? 5000 : 0);
        }
        reaper.put("tick", String.valueOf(now));
        reaper.put("server", server);
        reaper.put("grace_until", String.valueOf(until));
        reaper.put("lease_millis", String.valueOf(lease.toMillis()));
        return Math.max(0, until - now);
    }

    void acknowledge(String queue, String entryId) {
        queue(queue).acknowledge(entryId);
        queue(queue).delete(entryId);
    }

    /** Takes a step off the list of the parked that was one, as it was stored. */
    void unpark(StepAddress step, StepField was) {
        if (was.state() != StepState.PARKED) {
            return;
        }
        parked.remove(step.timer());
        if (parked.isEmpty()) {
            dependencies.remove(DEPENDENCY);
        }
    }

    /** Makes a step a dead letter. */
    void bury(StepAddress step, String upToLetter, String letter) {
        String old = letters.get(step.letterId());
        String id = deadLetters.add("letter=" + step.letterId() + " died=" + now + " d=" + letter);
        if (old != null) {
            deadLetters.delete(old);
        }
        letters.put(step.letterId(), id);
        RunHead head = head(step.run()).orElseThrow();
        setStep(step, upToLetter + id);
        setHead(step.run(), head.state(), head.workflowHash(), head.deadSteps() + 1);
        inbox.add("settle=" + step.run());
    }

    void removeLetter(String letterId) {
        String id = letters.remove(letterId);
        if (id != null) {
            deadLetters.delete(id);
        }
    }

    /** A run has its whole time from now on. */
    void setDeadline(RunId run, Duration time) {
        RunDeadline deadline = new RunDeadline(now + time.toMillis(), time);
        set(run, RunDeadline.FIELD, deadline.toString());
        timers.put(RunDeadline.timer(run), deadline.dueMillis());
    }

    /** An operator opens a run again that has failed; its head is the caller's. */
    void openAgain(RunId run) {
        openAgain(run, true);
    }

    /** The same, with its whole time again or without. */
    void openAgain(RunId run, boolean withTime) {
        unset(run, "finished");
        unset(run, "why");
        list(RunState.FAILED).remove(run.text());
        list(RunState.RUNNING).put(run.text(), Long.parseLong(field(run, "submitted")));
        String deadline = field(run, RunDeadline.FIELD);
        if (withTime && !deadline.isEmpty()) {
            setDeadline(run, RunDeadline.parse(deadline).time());
        }
    }

    void close(RunId run, RunState state, String why) {
        String head = field(run, "head");
        set(run, "head", state + head.substring(head.indexOf(' ')));
        set(run, "finished", String.valueOf(now));
        if (!why.isEmpty()) {
            set(run, "why", why);
        }
        list(RunState.SUBMITTED).remove(run.text());
        list(state).put(run.text(), now);
    }

    /** The whole partition, a line per element, in no order. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        runs.forEach((run, fields) -> hash(keys.run(run), fields, lines::add));
        histories.forEach((run, events) -> {
            for (int i = 0; i < events.size(); i++) {
                lines.add(keys.history(run) + " " + (i + 1) + " " + shown(events.get(i)));
            }
        });
        workflows.forEach((hash, fields) -> hash(keys.workflow(hash), fields, lines::add));
        blobs.forEach((key, value) -> lines.add(key + " " + shown(value)));
        locks.forEach((run, lock) -> {
            lines.add(keys.resumeLock(run) + " " + lock);
            lines.add(keys.resumeLock(run) + " expires");
        });
        listed.forEach((state, runs) -> {
            if (state != RunState.SUBMITTED && state != RunState.PAUSED) {
                scores(keys.runsIn(state), runs, lines::add);
            }
        });
        scores(keys.timers(), timers, lines::add);
        scores(keys.parked(DEPENDENCY), parked, lines::add);
        dependencies.forEach(name -> lines.add(keys.parkedDependencies() + " " + name));
        scores(keys.workerBeats(), beats, lines::add);
        scores(keys.roleBeats(), roles, lines::add);
        hash(keys.workerRecords(), workerRecords, lines::add);
        workerNames.forEach(
                (name, last) -> lines.add(keys.workerNames() + " " + name + " = " + last));
        hash(keys.handlers(), handlers, lines::add);
        hash(keys.pausedQueues(), pausedQueues, lines::add);
        hash(keys.letterIndex(), letters, lines::add);
        hash(keys.reaper(), reaper, lines::add);
        queueNames.forEach(name -> lines.add(keys.queues() + " " + name));
        queues.values().forEach(queue -> lines.addAll(queue.lines()));
        lines.addAll(inbox.lines());
        lines.addAll(deadLetters.lines());
        return lines;
    }

    private static void hash(String key, Map<String, String> fields, Consumer<String> lines) {
        fields.forEach((field, value) -> lines.accept(key + " " + field + " = " + shown(value)));
    }

    private static void scores(String key, Map<String, Long> scores, Consumer<String> lines) {
        scores.forEach((member, score) -> lines.accept(key + " " + score + " " + member));
    }

    private static String shown(String value) {
        return value.length() <= SHOWN ? value : value.substring(0, 20) + "#" + value.length();
    }
}
