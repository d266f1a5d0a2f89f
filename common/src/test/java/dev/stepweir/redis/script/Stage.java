package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.KeyTable;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import dev.stepweir.redis.script.AdvanceSteps.Commit;
import dev.stepweir.redis.script.AdvanceSteps.Result;
import dev.stepweir.redis.script.AdvanceSteps.Successor;
import dev.stepweir.redis.script.AdvanceSteps.Turn;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.testkit.RedisState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.workflow.Graph;
import dev.stepweir.workflow.StepDefinition;
import dev.stepweir.workflow.Workflow;
import dev.stepweir.workflow.WorkflowJson;
import io.lettuce.core.Consumer;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XClaimArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * One partition on which a test plays client, orchestrator, worker and reaper by hand. What it runs
 * is told as the whole of what changed in Redis, in words that are the same every time: run ids are
 * {@code RUN}, {@code RUN2}; a stream's entries are {@code work#1}, {@code work#2}; times are
 * {@code TIME}. Every move that a script makes is compared with the transition tables.
 */
final class Stage implements AutoCloseable {

    /** Last ids far in the future make the next ones predictable. */
    private static final Map<String, Long> STREAMS = new LinkedHashMap<>();

    static {
        STREAMS.put("work", 9_000_000_000_001L);
        STREAMS.put("other", 9_000_000_000_002L);
        STREAMS.put("inbox", 9_000_000_000_003L);
        STREAMS.put("dlq", 9_000_000_000_004L);
    }

    /** What a test puts where a stream should be. */
    static final String NO_STREAM = "no stream";

    private static final List<KeyTable.Row> DOCUMENTED = KeyTable.rows();

    private final TestRedis server;
    private final Redis redis;
    private final Keys keys;
    private final RedisCommands<String, String> commands;
    private final Map<String, String> runNames = new LinkedHashMap<>();
    private final Map<RunId, Workflow> workflows = new HashMap<>();
    private final Map<String, AdvanceSteps.Step> plans = new HashMap<>();
    private final Moves moves = new Moves();
    private final Set<Script> ran = EnumSet.noneOf(Script.class);

    /** What one call answered, and everything that it changed. */
    record Act<T>(T outcome, List<String> changes) {

        Act<T> answered(T expected) {
            assertThat(outcome).isEqualTo(expected);
            return this;
        }

        /** The whole difference; nothing else may have been written. */
        void changed(String expected) {
            assertThat(String.join("\n", changes)).isEqualTo(expected.strip());
        }

        void changedNothing() {
            assertThat(changes).isEmpty();
        }
    }

    Stage(TestRedis server) {
        this.server = server;
        this.redis = Redis.connect(server.uri(), "test");
        this.keys = new Keys(server.namespace(), 0);
        this.commands = server.commands();
        STREAMS.forEach(this::placeStream);
        for (String queue : List.of("work", "other")) {
            commands.xgroupCreate(StreamOffset.latest(keys.queue(queue)), Keys.WORKER_GROUP);
        }
    }

    private void placeStream(String name, long millis) {
        String first = millis + "-0";
        commands.xadd(streamKey(name), new XAddArgs().id(first), Map.of("placed", "here"));
        commands.xdel(streamKey(name), first);
    }

    private String streamKey(String name) {
        return switch (name) {
            case "inbox" -> keys.inbox();
            case "dlq" -> keys.deadLetters();
            default -> keys.queue(name);
        };
    }

    Keys keys() {
        return keys;
    }

    Redis redis() {
        return redis;
    }

    RedisCommands<String, String> commands() {
        return commands;
    }

    Moves moves() {
        return moves;
    }

    /** The scripts that have answered. */
    Set<Script> ran() {
        return ran;
    }

    /** The id that the n-th entry of a stream has here. */
    static String entryId(String stream, int n) {
        return STREAMS.get(stream) + "-" + n;
    }

    RunId newRun(Workflow workflow) {
        RunId run = RunId.create(0);
        runNames.put(run.text(), runNames.isEmpty() ? "RUN" : "RUN" + (runNames.size() + 1));
        workflows.put(run, workflow);
        return run;
    }

    RedisState state() {
        RedisState stored = server.state();
        stored.asMap().forEach(Stage::checkDocumented);
        RedisState state =
                stored.replacing(Pattern.quote("sw:{" + server.namespace() + ":0}:"), "")
                        .replacing("\\b1[0-9]{12}\\b", "TIME")
                        .replacing("server = [0-9a-f]{40}", "server = THIS");
        for (Map.Entry<String, String> run : runNames.entrySet()) {
            state = state.replacing(run.getKey(), run.getValue());
        }
        for (Map.Entry<String, Long> stream : STREAMS.entrySet()) {
            state = state.replacing(stream.getValue() + "-", stream.getKey() + "#");
        }
        for (Workflow workflow : workflows.values()) {
            String json = Bytes.text(WorkflowJson.write(workflow));
            state = state.replacing(workflow.hash(), "HASH").replacing(Pattern.quote(json), "JSON");
        }
        return state;
    }

    private static void checkDocumented(String key, String content) {
        if (content.equals("string\n" + NO_STREAM)) {
            return;
        }
        String type =
                content.lines()
                        .findFirst()
                        .orElseThrow()
                        .replace("zset", "sorted set")
                        .replace(" (expires)", "");
        assertThat(DOCUMENTED)
                .as("a key of docs/redis-keys.md: %s, a %s", key, type)
                .anyMatch(row -> row.names(key) && row.key().as().word().equals(type));
    }

    /** Does something by script and tells what changed. */
    <T> Act<T> act(Script script, Supplier<T> what) {
        RedisState before = state();
        T outcome = what.get();
        RedisState after = state();
        moves.record(script, before, after);
        ran.add(script);
        return new Act<>(outcome, after.changesSince(before));
    }

    <O extends Enum<O>> Act<O> run(Operation<O> operation) {
        return act(operation.call().script(), () -> operation.run(redis.scripts()));
    }

    // The client and the orchestrator.

    SubmitRun submission(RunId run) {
        return submission(run, workflows.get(run), "{\"n\":7}");
    }

    SubmitRun submission(RunId run, Workflow workflow, String input) {
        return new SubmitRun(
                keys,
                run,
                workflow.hash(),
                WorkflowJson.write(workflow),
                workflow.name(),
                Bytes.of(input),
                "");
    }

    StartRun start(RunId run) {
        return start(run, Optional.empty());
    }

    StartRun start(RunId run, Duration timeout) {
        return start(run, Optional.of(timeout));
    }

    private StartRun start(RunId run, Optional<Duration> timeout) {
        Graph graph = Graph.of(workflows.get(run));
        List<String> queues =
                graph.workflow().steps().stream().map(StepDefinition::handler).distinct().toList();
        List<StartRun.Root> roots =
                graph.roots().stream()
                        .map(step -> new StartRun.Root(step, graph.step(step).handler()))
                        .toList();
        return new StartRun(keys, run, "", timeout, queues, roots);
    }

    RunId submitted(Workflow workflow) {
        RunId run = newRun(workflow);
        run(submission(run)).answered(SubmitRun.Outcome.ACCEPTED);
        return run;
    }

    RunId started(Workflow workflow) {
        RunId run = submitted(workflow);
        run(start(run));
        return run;
    }

    StepAddress step(RunId run, String step) {
        return new StepAddress(run, step, Graph.of(workflows.get(run)).step(step).handler());
    }

    List<String> dependencies(RunId run, String step) {
        return Graph.of(workflows.get(run)).dependencies(step);
    }

    String stored(RunId run, String step) {
        String text = commands.hget(keys.run(run), StepFields.state(step));
        return text == null ? "" : text;
    }

    String head(RunId run) {
        return commands.hget(keys.run(run), "head");
    }

    SettleRun settlement(RunId run) {
        List<String> steps = workflows.get(run).steps().stream().map(StepDefinition::name).toList();
        return new SettleRun(keys, run, steps);
    }

    // The worker.

    AdvanceSteps turnOf(String worker) {
        return new AdvanceSteps(new AdvanceSteps.Partition(keys, worker));
    }

    Act<Turn> send(AdvanceSteps turn, int budget) {
        return act(
                Script.ADVANCE_STEPS, () -> RedisFutures.join(turn.send(redis.scripts(), budget)));
    }

    List<Begun> take(String worker, String... queues) {
        AdvanceSteps turn = turnOf(worker);
        for (String queue : queues) {
            turn.take(queue, 64);
        }
        return send(turn, 64).outcome().begun();
    }

    Begun takeOne(String worker, String queue) {
        AdvanceSteps turn = turnOf(worker);
        turn.take(queue, 1);
        return send(turn, 1).outcome().begun().getFirst();
    }

    /** How a worker sends the success of a step. */
    private static AdvanceSteps.Step committed(Workflow workflow, String name) {
        Graph graph = Graph.of(workflow);
        StepDefinition step = graph.step(name);
        List<Successor> successors = new ArrayList<>();
        for (StepDefinition next : graph.successors(name)) {
            successors.add(
                    new Successor(
                            Bytes.of(StepFields.state(next.name())),
                            Bytes.of(next.dependencies().size()),
                            next.handler(),
                            Bytes.of(QueueEntry.announcement(next.name(), next.dependencies()))));
        }
        if (successors.isEmpty()) {
            successors.add(
                    new Successor(
                            Bytes.of(StepFields.END),
                            Bytes.of(graph.sinks().size()),
                            "",
                            Bytes.EMPTY));
        }
        return new AdvanceSteps.Step(
                step.handler(),
                StepFields.state(name),
                StepFields.output(name),
                workflow.hash(),
                successors);
    }

    Commit success(Begun begun, String output) {
        return success(begun, output, "");
    }

    Commit success(Begun begun, String output, String letter) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        StepField field = StepField.parse(begun.stored());
        Workflow workflow = workflows.get(entry.run());
        return new Commit(
                entry.run(),
                plans.computeIfAbsent(
                        workflow.name() + "/" + entry.step(),
                        name -> committed(workflow, entry.step())),
                new Dispatch(entry.number(), begun.entryId()),
                field.ledgers(),
                15,
                output.isEmpty() ? null : Bytes.of(output),
                letter);
    }

    Act<List<Result>> commit(String worker, Commit... items) {
        AdvanceSteps turn = turnOf(worker);
        for (Commit item : items) {
            turn.commit(item);
        }
        Act<Turn> act = send(turn, 0);
        assertThat(act.outcome().problem()).isEmpty();
        return new Act<>(act.outcome().results(), act.changes());
    }

    FailStep failure(Begun begun, FailStep.Decision decision) {
        return failure(begun, begun.stored(), decision);
    }

    FailStep failure(Begun begun, String expected, FailStep.Decision decision) {
        QueueEntry entry = QueueEntry.parse(begun.entry());
        StepField field = StepField.parse(expected);
        return new FailStep(
                keys,
                "w1",
                new StepAddress(entry.run(), entry.step(), begun.queue()),
                new Dispatch(entry.number(), begun.entryId()),
                expected,
                field.ledgers().withFailure(),
                "{\"why\":\"boom\"}",
                decision,
                HistoryEvent.record(HistoryEvent.FAILED, Map.of("step", entry.step())));
    }

    /** A started run whose step died of its first failure. */
    RunId dead(Workflow workflow) {
        RunId run = started(workflow);
        kill(takeOne("w1", "work"));
        return run;
    }

    void kill(Begun begun) {
        run(failure(begun, new FailStep.Decision.GiveUp("{\"letter\":1}")))
                .answered(FailStep.Outcome.DEAD);
    }

    RedriveStep redrive(RunId run, String step) {
        return new RedriveStep(
                keys,
                step(run, step),
                stored(run, step),
                dependencies(run, step),
                HistoryEvent.record(HistoryEvent.REDRIVEN, Map.of("step", step)));
    }

    EditStep edit(RunId run, String step, String input) {
        return new EditStep(
                keys,
                step(run, step),
                stored(run, step),
                Bytes.of(input),
                HistoryEvent.record(HistoryEvent.EDITED, Map.of("step", step)));
    }

    private static String act(String step) {
        return HistoryEvent.record("ACT", Map.of("step", step));
    }

    ResetStep reset(RunId run, String step) {
        return new ResetStep(
                keys,
                step(run, step),
                stored(run, step),
                dependencies(run, step),
                Graph.of(workflows.get(run)).step(step).dependency(),
                act(step));
    }

    CondemnStep condemnation(RunId run, String step) {
        return new CondemnStep(
                keys,
                step(run, step),
                stored(run, step),
                Graph.of(workflows.get(run)).step(step).dependency(),
                "{\"why\":\"enough\"}",
                "{\"letter\":2}",
                act(step));
    }

    ConcludeStep conclusion(RunId run, String step, StepState end, String output) {
        return conclusion(step(run, step), stored(run, step), end, output);
    }

    ConcludeStep conclusion(StepAddress step, String stored, StepState end, String output) {
        return new ConcludeStep(
                keys,
                step,
                stored,
                end,
                output.isEmpty() ? Optional.empty() : Optional.of(Bytes.of(output)),
                Graph.of(workflows.get(step.run())),
                act(step.step()));
    }

    NoteLetter note(RunId run, String step, String expected, String notes) {
        return new NoteLetter(keys, step(run, step), expected, notes, act(step));
    }

    PurgeLetter letterPurge(RunId run, String step) {
        StepAddress address = step(run, step);
        String entry = commands.hget(keys.letterIndex(), address.letterId());
        return new PurgeLetter(
                keys,
                address,
                entry,
                HistoryEvent.record(HistoryEvent.LETTER_PURGED, Map.of("step", step)));
    }

    PauseRun pause(RunId run) {
        return new PauseRun(
                keys,
                run,
                "{\"by\":\"ada\",\"reason\":\"\"}",
                HistoryEvent.record(HistoryEvent.PAUSED, Map.of()));
    }

    Act<LockRun.Answer> lock(RunId run, String holder) {
        LockRun lock = new LockRun(keys, run, holder, Duration.ofMinutes(5));
        return act(Script.LOCK_RUN, () -> RedisFutures.join(lock.runAsync(redis.scripts())));
    }

    ResumeRun.Step failed(RunId run, String step) {
        return failed(run, step, stored(run, step));
    }

    ResumeRun.Step failed(RunId run, String step, String expected) {
        return new ResumeRun.Step(
                step(run, step),
                expected,
                StepField.parse(expected).ledgers().rebased(),
                dependencies(run, step),
                HistoryEvent.record(HistoryEvent.REDRIVEN, Map.of("step", step)));
    }

    Act<ResumeRun.Answer> resume(RunId run, long token, ResumeRun.Step... steps) {
        ResumeRun resume =
                new ResumeRun(
                        keys,
                        run,
                        token,
                        Duration.ofMinutes(5),
                        HistoryEvent.record(HistoryEvent.RESUMED, Map.of()),
                        List.of(steps));
        return act(Script.RESUME_RUN, () -> RedisFutures.join(resume.runAsync(redis.scripts())));
    }

    CancelRun cancellation(RunId run) {
        return new CancelRun(
                keys, run, "ada: enough", HistoryEvent.record(HistoryEvent.CANCELLED, Map.of()));
    }

    PurgeRun purge(RunId run, RunState state, String... blobs) {
        List<String> letters =
                workflows.get(run).steps().stream()
                        .map(step -> step(run, step.name()).letterId())
                        .toList();
        return new PurgeRun(
                keys,
                run,
                state,
                workflows.get(run).hash(),
                Long.MAX_VALUE >> 10,
                Optional.ofNullable(commands.hget(keys.run(run), "key")).orElse(""),
                List.of(blobs),
                letters);
    }

    /** A copy of an entry as a confused sender would add it. */
    String duplicate(Begun begun) {
        return commands.xadd(keys.queue(begun.queue()), Map.of(QueueEntry.FIELD, begun.entry()));
    }

    /** Makes a held entry look untouched for this long. */
    void age(Begun begun, String worker, Duration idle) {
        commands.xclaim(
                keys.queue(begun.queue()),
                Consumer.from(Keys.WORKER_GROUP, worker),
                new XClaimArgs().minIdleTime(0).idle(idle.toMillis()).justid(),
                begun.entryId());
    }

    /** A reaper looks at it now, and leases have no grace. */
    void looked() {
        String server =
                commands.info("server")
                        .lines()
                        .filter(line -> line.startsWith("run_id:"))
                        .map(line -> line.substring("run_id:".length()).strip())
                        .findFirst()
                        .orElseThrow();
        commands.hset(
                keys.reaper(),
                Map.of(
                        "tick",
                        "" + nowMillis(),
                        "server",
                        server,
                        "grace_until",
                        "1",
                        "lease_millis",
                        "25000"));
    }

    /** Sets when a worker last gave a sign of life. */
    void beat(String worker, Duration ago) {
        commands.zadd(keys.workerBeats(), (double) (nowMillis() - ago.toMillis()), worker);
    }

    long nowMillis() {
        List<String> time = commands.time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    /** Puts a text where a stream should be, so that publishing to it fails. */
    void damage(String queue) {
        commands.del(keys.queue(queue));
        commands.set(keys.queue(queue), NO_STREAM);
    }

    @Override
    public void close() {
        redis.close();
    }
}
