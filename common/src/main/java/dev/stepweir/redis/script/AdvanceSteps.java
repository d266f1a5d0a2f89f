package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.redis.script.RunGroups.Group;
import dev.stepweir.run.Dispatch;
import dev.stepweir.run.Ledgers;
import dev.stepweir.run.QueueEntry;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a worker's lane in one call: commits what finished, begins what was read, takes what
 * is next. The hot path of the product; the script's header has the layout. Built and sent by one
 * thread.
 */
public final class AdvanceSteps {

    /** Most commits, and most entries taken, in one call. */
    public static final int MAX_ITEMS = 128;

    /** Bytes of output after which a call is full; a larger single output goes alone. */
    public static final int MAX_BYTES = 256 * 1024;

    /** How many of the script's KEYS come before the queues, which are counted from 1. */
    private static final int BEFORE_QUEUES = 6;

    /** How many values of its answer come before what they tell the lengths of. */
    private static final int BEFORE_VALUES = 3;

    /** What the script says instead of everything else. */
    private static final String SUPERSEDED = "superseded";

    private static final byte[] GROUP = Bytes.of(Keys.WORKER_GROUP);

    /**
     * What a partition's turns have in common.
     *
     * @param keys the partition
     * @param consumer the worker's name in the consumer groups
     * @param queueKeys the queues' keys as bytes, filled on demand
     */
    public record Partition(Keys keys, String consumer, Map<String, byte[]> queueKeys) {

        public Partition(Keys keys, String consumer) {
            this(keys, consumer, new ConcurrentHashMap<>());
        }

        /** The key of a queue. */
        public byte[] queueKey(String queue) {
            return queueKeys.computeIfAbsent(queue, name -> Bytes.of(keys.queue(name)));
        }
    }

    /**
     * Who is told that a step succeeded.
     *
     * @param field the successor's field, or {@code $end} for the run itself
     * @param dependencies how many steps it waits for in all
     * @param queue its queue, empty for the run itself
     * @param announcement what its entry says after the number
     */
    public record Successor(byte[] field, byte[] dependencies, String queue, byte[] announcement) {}

    /**
     * A step of a definition, said once per call however many runs commit it. Compared by identity.
     *
     * @param queue the step's queue
     * @param field where its state is
     * @param outputField where its output goes
     * @param workflowHash the definition
     */
    public static final class Step {
        private final String queue;
        private final byte[] field;
        private final String outputField;
        private final byte[] outputFieldBytes;
        private final byte[] head;
        private final List<Successor> successors;

        public Step(
                String queue,
                String field,
                String outputField,
                String workflowHash,
                List<Successor> successors) {
            this.queue = queue;
            this.field = Bytes.of(field);
            this.outputField = outputField;
            this.outputFieldBytes = Bytes.of(outputField);
            this.head = Bytes.of(RunHead.running(workflowHash));
            this.successors = List.copyOf(successors);
        }

        public String queue() {
            return queue;
        }
    }

    /**
     * A finished step to commit.
     *
     * @param dispatch the fence
     * @param ledgers the step's ledgers as it was begun
     * @param tookMillis how long the handler ran
     * @param output JSON, or null when the handler returned nothing
     * @param letter id of the dead letter that its success removes, or empty
     */
    public record Commit(
            RunId run,
            Step step,
            Dispatch dispatch,
            Ledgers ledgers,
            long tookMillis,
            byte @Nullable [] output,
            String letter) {

        /** Bytes that it adds to the call, roughly. */
        public int size() {
            return output == null ? 0 : output.length;
        }

        /** Whether there is more to say of it than of most. */
        private boolean isRare() {
            return isLarge(output) || dispatch.number() > 1 || !ledgers.equals(Ledgers.NONE);
        }

        /** Writes that it makes. */
        public int writes() {
            return 2 + step.successors.size();
        }
    }

    /** What became of one commit. */
    public enum Result {
        APPLIED,
        /** This very dispatch had been committed before: success. */
        ALREADY,
        /** Another dispatch is current; the result is dropped. */
        STALE,
        RUN_CLOSED,
        GONE
    }

    /**
     * A step that this worker now executes.
     *
     * @param queue where its entry is
     * @param entry what the entry says
     * @param head the run's head
     * @param ledgers what the step has been through
     * @param inputs what the fields named by the entry hold; null where there is nothing
     */
    public record Begun(
            String queue,
            String entryId,
            String entry,
            String head,
            Ledgers ledgers,
            List<byte @Nullable []> inputs) {

        /** The step's field, to be shown when it is reported. */
        public String stored() {
            long number = QueueEntry.parse(entry).number();
            return StepField.ready(new Dispatch(number, entryId), ledgers);
        }
    }

    /**
     * What a call brought.
     *
     * @param results one per commit, in the order in which they were added
     * @param problem why beginning or taking stopped early, or empty
     */
    public record Turn(List<Result> results, List<Begun> begun, String problem) {

        /**
         * Whether another worker has taken this one's name: every commit is stale, and nothing was
         * begun or taken.
         */
        public boolean isSuperseded() {
            return problem.equals(SUPERSEDED);
        }
    }

    private final Partition partition;
    private final List<String> queues = new ArrayList<>();
    private final List<Commit> added = new ArrayList<>();

    private final RunGroups<Said, Integer> commits = new RunGroups<>(Said.BY_STEP);
    private final RunGroups<ReadStep, ReadStep.Entry> begins = new RunGroups<>(ReadStep.ORDER);
    private final List<byte[]> takes = new ArrayList<>();
    private List<Integer> sent = List.of();

    /** What is said of a commit once for all runs. */
    private record Said(Step step, boolean rare) {
        static final Comparator<Said> BY_STEP =
                (a, b) -> Arrays.compare(a.step.field, b.step.field);
    }

    public AdvanceSteps(Partition partition) {
        this.partition = partition;
    }

    public void commit(Commit item) {
        addQueue(item.step().queue);
        item.step().successors.forEach(successor -> addQueue(successor.queue()));
        commits.add(item.run().text(), new Said(item.step(), item.isRare()), added.size());
        added.add(item);
    }

    /** Begins an entry that was read outside of this call. */
    public void begin(String queue, String entryId, byte[] entry) {
        addQueue(queue);
        String text = Bytes.text(entry);
        int runEnd = Math.min(QueueEntry.RUN_LENGTH, text.length());
        begins.add(
                text.substring(0, runEnd),
                new ReadStep(queue, text.substring(Math.min(runEnd + 1, text.length()))),
                new ReadStep.Entry(entryId, text));
    }

    /** Takes new entries of a queue; queues are asked in the order of these calls. */
    public void take(String queue, int atMost) {
        takes.add(queueIndex(queue));
        takes.add(Bytes.of(atMost));
    }

    public boolean isEmpty() {
        return commits.isEmpty() && begins.isEmpty() && takes.isEmpty();
    }

    /**
     * Sends the call.
     *
     * @param budget most entries to take from all queues together
     */
    public CompletableFuture<Turn> send(ScriptRunner scripts, int budget) {
        Collection<Group<Said, Integer>> finished = commits.groups();
        Collection<Group<ReadStep, ReadStep.Entry>> read = begins.groups();
        sent = finished.stream().flatMap(AdvanceSteps::items).toList();
        ScriptCall call = new ScriptCall(Script.ADVANCE_STEPS);
        addKeys(call, finished, read);
        call.arg(GROUP)
                .arg(partition.consumer())
                .arg(partition.keys().runPrefix())
                .arg(queues.size())
                .arg(finished.size())
                .arg(read.size())
                .arg(budget);
        int blobKey = 1 + BEFORE_QUEUES + queues.size() + commits.rounds() + begins.rounds();
        for (Group<Said, Integer> group : finished) {
            blobKey = addGroup(call, group, blobKey);
        }
        read.forEach(group -> addRead(call, group));
        takes.forEach(call::arg);
        CompletableFuture<List<Object>> reply = scripts.send(ScriptOutputType.MULTI, call);
        return reply.thenApply(answer -> read(answer, read));
    }

    private static <T> Stream<T> items(Group<?, T> group) {
        return group.rounds().stream().flatMap(round -> round.items().stream());
    }

    private void addKeys(
            ScriptCall call,
            Collection<Group<Said, Integer>> finished,
            Collection<Group<ReadStep, ReadStep.Entry>> read) {
        Keys own = partition.keys();
        call.key(own.openRuns())
                .key(own.completedRuns())
                .key(own.deadLetters())
                .key(own.letterIndex())
                .key(own.inbox())
                .key(own.workerNames());
        queues.forEach(queue -> call.key(partition.queueKey(queue)));
        String runPrefix = own.runPrefix();
        finished.forEach(group -> group.rounds().forEach(r -> call.key(runPrefix + r.run())));
        read.forEach(group -> group.rounds().forEach(r -> call.key(runPrefix + r.run())));
        for (int place : sent) {
            Commit item = added.get(place);
            if (isLarge(item.output())) {
                call.key(own.blob(item.run(), item.step().outputField));
            }
        }
    }

    private int addGroup(ScriptCall call, Group<Said, Integer> group, int firstBlobKey) {
        int blobKey = firstBlobKey;
        call.arg(group.shared().size());
        group.shared().forEach(said -> describe(call, said));
        call.arg(group.rounds().size());
        for (RunGroups.Round<Said, Integer> round : group.rounds()) {
            for (int i = 0; i < round.items().size(); i++) {
                Commit item = added.get(round.items().get(i));
                addItem(call, item);
                if (group.shared().get(i).rare()) {
                    blobKey = addRare(call, item, blobKey);
                }
            }
        }
        return blobKey;
    }

    private void describe(ScriptCall call, Said said) {
        Step step = said.step();
        call.arg(queueIndex(step.queue))
                .arg(step.field)
                .arg(step.outputFieldBytes)
                .arg(step.head)
                .arg(said.rare() ? 1 : 0)
                .arg(step.successors.size());
        for (Successor successor : step.successors) {
            call.arg(successor.field())
                    .arg(successor.dependencies())
                    .arg(queueIndex(successor.queue()))
                    .arg(successor.announcement());
        }
    }

    private void addRead(ScriptCall call, Group<ReadStep, ReadStep.Entry> group) {
        call.arg(group.shared().size());
        for (ReadStep step : group.shared()) {
            call.arg(queueIndex(step.queue())).arg(step.readyUpToId()).arg(step.field());
        }
        List<String> inputs = ReadStep.inputs(group.shared());
        call.arg(inputs.size());
        inputs.forEach(call::arg);
        call.arg(group.rounds().size());
        items(group).forEach(entry -> call.arg(entry.id()));
    }

    private static void addItem(ScriptCall call, Commit item) {
        byte[] output = item.output();
        call.arg(item.dispatch().entryId())
                .arg(item.tookMillis())
                .arg(output == null ? Bytes.EMPTY : StoredValue.inline(output));
    }

    private static int addRare(ScriptCall call, Commit item, int blobKey) {
        boolean large = isLarge(item.output());
        String ledgers = StepField.ledgerSuffix(item.ledgers());
        call.arg(
                "%d %d%s\u001F%s"
                        .formatted(
                                item.dispatch().number(),
                                large ? blobKey : 0,
                                ledgers,
                                item.letter()));
        return large ? blobKey + 1 : blobKey;
    }

    private static boolean isLarge(byte @Nullable [] output) {
        return output != null && !StoredValue.isInline(output);
    }

    private Turn read(List<Object> reply, Collection<Group<ReadStep, ReadStep.Entry>> asked) {
        String problem = Bytes.text((byte[]) reply.get(0));
        int exceptions = BEFORE_VALUES + (int) (long) reply.get(1);
        int begins = exceptions + (int) (long) reply.get(2);
        Result[] results = new Result[added.size()];
        Arrays.fill(results, problem.equals(SUPERSEDED) ? Result.STALE : Result.APPLIED);
        for (int i = BEFORE_VALUES; i < exceptions; i += 2) {
            int index = (int) (long) reply.get(i) - 1;
            results[sent.get(index)] = Result.valueOf(Bytes.text((byte[]) reply.get(i + 1)));
        }
        BegunReader reader = new BegunReader();
        List<Begun> begun = new ArrayList<>();
        reader.readAsked(reply.subList(exceptions, begins), asked, begun);
        reader.readTaken(reply.subList(begins, reply.size()), queues, begun);
        return new Turn(List.of(results), begun, problem);
    }

    private void addQueue(String queue) {
        if (!queue.isEmpty() && !queues.contains(queue)) {
            queues.add(queue);
        }
    }

    private byte[] queueIndex(String queue) {
        if (queue.isEmpty()) {
            return Bytes.of(0);
        }
        addQueue(queue);
        return Bytes.of(queues.indexOf(queue) + 1);
    }
}
