package dev.stepweir.orchestrator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RunStore;
import dev.stepweir.redis.script.FailStep;
import dev.stepweir.redis.script.SubmitRun;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.workflow.Workflow;
import dev.stepweir.workflow.WorkflowJson;
import io.lettuce.core.Consumer;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Submits runs and plays the workers, so that a test needs none. */
public final class PlayedRuns implements AutoCloseable {

    /** One step whose handler is {@code work}. */
    public static final Workflow SINGLE =
            Workflow.builder("single").step("only", s -> s.handler("work")).build();

    /** A fork: {@code first} alone, then {@code left} and {@code right}. */
    public static final Workflow FORK =
            Workflow.builder("fork")
                    .step("first", s -> s.handler("work"))
                    .step("left", s -> s.handler("other").after("first"))
                    .step("right", s -> s.handler("other").after("first"))
                    .build();

    private final Redis redis;
    private final Namespace namespace;
    private final RunStore store;
    private final RedisCommands<String, String> commands;

    /** An entry that a played worker holds. */
    public record Taken(String queue, String entryId, QueueEntry entry) {

        public StepAddress step() {
            return new StepAddress(entry.run(), entry.step(), queue);
        }
    }

    public PlayedRuns(TestRedis test) {
        this(test, 1);
    }

    public PlayedRuns(TestRedis test, int partitions) {
        redis = Redis.connect(test.uri(), "test");
        namespace = Namespace.open(redis, test.namespace(), partitions);
        store = new RunStore(redis);
        commands = test.commands();
    }

    public Redis redis() {
        return redis;
    }

    public Namespace namespace() {
        return namespace;
    }

    public Keys keys() {
        return namespace.keys(0);
    }

    public RunStore store() {
        return store;
    }

    public RunId submit(Workflow workflow) {
        return submit(workflow, "{}");
    }

    public RunId submit(Workflow workflow, String input) {
        RunId run = namespace.newRunId();
        new SubmitRun(
                        namespace.keys(run),
                        run,
                        workflow.hash(),
                        WorkflowJson.write(workflow),
                        workflow.name(),
                        Bytes.of(input),
                        "")
                .run(redis.scripts());
        return run;
    }

    public Optional<RunState> state(RunId run) {
        return store.head(namespace.keys(run), run).map(RunHead::state);
    }

    public StepField step(RunId run, String step) {
        return store.step(namespace.keys(run), run, step);
    }

    public List<HistoryEvent> history(RunId run) {
        return commands.lrange(namespace.keys(run).history(run), 0, -1).stream()
                .map(HistoryEvent::parse)
                .toList();
    }

    /** Reads what a worker of this name would be given, at most 100 entries of partition 0. */
    public List<Taken> take(String worker, String queue) {
        return take(keys(), worker, queue);
    }

    @SuppressWarnings("unchecked") // Lettuce takes a generic array.
    public List<Taken> take(Keys keys, String worker, String queue) {
        List<StreamMessage<String, String>> read =
                commands.xreadgroup(
                        Consumer.from(Keys.WORKER_GROUP, worker),
                        XReadArgs.Builder.count(100),
                        StreamOffset.lastConsumed(keys.queue(queue)));
        return read.stream()
                .map(message ->
                        new Taken(
                                queue,
                                message.getId(),
                                QueueEntry.parse(message.getBody().get(QueueEntry.FIELD))))
                .toList();
    }

    /** Fails a step; it waits for {@code retryAfter}. */
    public FailStep.Outcome fail(Taken taken, Duration retryAfter) {
        return report(taken, new FailStep.Decision.RetryAfter(retryAfter));
    }

    /** Fails a step for good. */
    public FailStep.Outcome bury(Taken taken) {
        return report(taken, new FailStep.Decision.GiveUp("{}"));
    }

    private FailStep.Outcome report(Taken taken, FailStep.Decision decision) {
        RunId run = taken.entry().run();
        String expected =
                store.stepTexts(namespace.keys(run), run, List.of(taken.entry().step()))
                        .get(taken.entry().step());
        StepField field = StepField.parse(expected);
        return new FailStep(
                        namespace.keys(run),
                        "w1",
                        taken.step(),
                        field.published(),
                        expected,
                        field.ledgers().withFailure(),
                        "{}",
                        decision,
                        HistoryEvent.record(HistoryEvent.FAILED, Map.of()))
                .run(redis.scripts());
    }

    /** Makes a held entry look untouched for this long. */
    public void age(Taken taken, String worker, Duration idle) {
        String queue = namespace.keys(taken.entry().run()).queue(taken.queue());
        commands.xclaim(
                queue,
                Consumer.from(Keys.WORKER_GROUP, worker),
                new io.lettuce.core.XClaimArgs().minIdleTime(0).idle(idle.toMillis()).justid(),
                taken.entryId());
    }

    @Override
    public void close() {
        redis.close();
    }
}
