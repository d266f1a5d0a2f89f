package dev.stepweir.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stepweir.handler.Handlers;
import dev.stepweir.operator.RunView;
import dev.stepweir.operator.StepStatus;
import dev.stepweir.operator.StepView;
import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.operator.resume.ResumePlan;
import dev.stepweir.operator.resume.ResumePlan.Item;
import dev.stepweir.proof.Stack;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunId;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Ten parallel steps, {@code item-1} to {@code item-10}, some of which fail until they are mended,
 * and a worker that begins only so many of them at first. What it executes is written down here,
 * outside of the engine.
 */
public final class TenItems {

    private static final int ITEMS = 10;

    /** No dead letter of other runs is in the way of reading those of one run. */
    private static final int CAPACITY = 1_000;

    private final Stack stack;
    private final Set<String> broken;
    private final int first;
    private final CountDownLatch begun;
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<String> executed = new CopyOnWriteArrayList<>();
    private volatile boolean mended;

    /**
     * Prepares.
     *
     * @param first how many items begin before the run is interrupted
     * @param broken the numbers of the items that fail
     */
    public TenItems(Stack stack, int first, int... broken) {
        this.stack = stack;
        this.first = first;
        this.begun = new CountDownLatch(first);
        this.broken = new HashSet<>(names(broken));
    }

    /** The items' names. */
    public static List<String> names(int... numbers) {
        return IntStream.of(numbers).mapToObj(n -> "item-" + n).toList();
    }

    private static Workflow workflow() {
        Workflow.Builder items = Workflow.builder("ten items");
        for (int n = 1; n <= ITEMS; n++) {
            items.step(
                    "item-" + n,
                    s ->
                            s.handler("item")
                                    .maxAttempts(1)
                                    .backoff(Backoff.FIXED, Duration.ofMillis(10)));
        }
        return items.build();
    }

    public RunId submit() {
        return stack.client().submit(workflow(), null).id();
    }

    /** A worker that executes so many items at once. */
    public Worker worker(int atOnce) {
        return stack.worker(
                Stack.worker().withConcurrency(atOnce),
                new Handlers().add("item", (input, context) -> execute(context.step())));
    }

    private Object execute(String item) throws InterruptedException {
        executed.add(item);
        begun.countDown();
        go.await();
        if (!mended && broken.contains(item)) {
            throw new IllegalStateException(item + " is broken");
        }
        return item;
    }

    /** Lets every handler end, now and later. */
    public void go() {
        go.countDown();
    }

    /** From now on no item fails. */
    public void mend() {
        mended = true;
    }

    /** Starts a run of which the first items end, some of them badly, and no other begins. */
    public RunId interrupted() throws InterruptedException {
        RunId run = submit();
        worker(first);
        assertThat(begun.await(30, TimeUnit.SECONDS)).as("all of the first ones begin").isTrue();
        var paused = stack.client().runs().pause(run, "ada", "deploy");
        assertThat(paused.name()).isEqualTo("PAUSED");
        go();
        await().until(() -> {
            RunView view = view(run);
            return view.steps(StepStatus.SUCCEEDED) + view.steps(StepStatus.DEAD) == first;
        });
        // The others' entries are dropped, as those of a paused run are: what still stands in the
        // queue is on its way already and is not announced again.
        byte[] queue = Bytes.of(stack.namespace().keys(run).queue("item"));
        await().until(() -> RedisFutures.join(stack.redis().commands().xlen(queue)) == 0);
        assertThat(executed).hasSize(first);
        return run;
    }

    /** Starts a run of which all items end, some of them badly. */
    public RunId failed() throws InterruptedException {
        RunId run = submit();
        worker(ITEMS);
        go();
        assertThat(stack.await(run).state().name()).isEqualTo("FAILED");
        return run;
    }

    public RunView view(RunId run) {
        return stack.client().show(run).orElseThrow();
    }

    /** The items of a run that are in a state. */
    public List<String> in(StepStatus state, RunId run) {
        return view(run).steps().stream()
                .filter(step -> step.state() == state)
                .map(StepView::name)
                .toList();
    }

    /** The items of a run that have a dead letter. */
    public List<String> dead(RunId run) {
        return stack.client().deadLetters().list(CAPACITY).stream()
                .map(DeadLetterView::letter)
                .filter(letter -> letter.runId().equals(run.text()))
                .map(letter -> letter.step())
                .sorted()
                .toList();
    }

    /** What was executed since this was last asked. */
    public List<String> executed() {
        List<String> since = new ArrayList<>(executed);
        executed.removeAll(since);
        return since;
    }

    /** Whether anybody holds the lock of a run. */
    public boolean isLocked(RunId run) {
        byte[] key = Bytes.of(stack.namespace().keys(run).resumeLock(run));
        return RedisFutures.join(stack.redis().commands().exists(key)) > 0;
    }

    /** The items of a plan that come from a source. */
    public static List<String> from(ResumePlan.Source source, ResumePlan plan) {
        return plan.items().stream()
                .filter(item -> item.source() == source)
                .map(Item::step)
                .toList();
    }
}
