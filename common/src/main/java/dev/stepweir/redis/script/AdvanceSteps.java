package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.run.RunId;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a worker's lane in one call: commits what finished, begins what was read, takes what
 * is next. The hot path of the product; the script's header has the layout. Built and sent by one
 * thread.
 */
public final class AdvanceSteps {

    /** Most commits, and most entries taken, in one call. */
    public static final int MAX_ITEMS = 64;

    /** Bytes of output after which a call is full; a larger single output goes alone. */
    public static final int MAX_BYTES = 256 * 1024;

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

        byte[] queueKey(String queue) {
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
     * A finished step to commit.
     *
     * @param expected the step's field as it was begun
     * @param done its new field up to the time
     * @param outputField where the output goes
     * @param output JSON, or null when the handler returned nothing
     * @param letter id of the dead letter that its success removes, or empty
     */
    public record Commit(
            RunId run,
            String queue,
            String entryId,
            byte[] field,
            String expected,
            String done,
            String outputField,
            byte @Nullable [] output,
            String letter,
            List<Successor> successors) {

        /** Roughly what it adds to the call. */
        public int size() {
            return output == null ? 0 : output.length;
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
     * @param stored the step's field, to be shown when it is reported
     * @param inputs what the fields named by the entry hold; null where there is nothing
     */
    public record Begun(
            String queue,
            String entryId,
            String entry,
            String head,
            String stored,
            List<byte @Nullable []> inputs) {}

    /**
     * What a call brought.
     *
     * @param results one per commit, in their order
     * @param problem why beginning or taking stopped early, or empty
     */
    public record Turn(List<Result> results, List<Begun> begun, String problem) {}

    private static final byte[] ZERO = Bytes.of(0);

    private final Partition partition;
    private final List<byte[]> keys = new ArrayList<>();
    private final Map<String, Integer> queueIndexes = new HashMap<>();
    private final List<String> queueOfIndex = new ArrayList<>();
    private final List<byte[]> commits = new ArrayList<>();
    private final List<byte[]> begins = new ArrayList<>();
    private final List<byte[]> takes = new ArrayList<>();
    private int commitCount;

    public AdvanceSteps(Partition partition) {
        this.partition = partition;
        Keys own = partition.keys();
        addKey(Bytes.of(own.openRuns()));
        addKey(Bytes.of(own.completedRuns()));
        addKey(Bytes.of(own.deadLetters()));
        addKey(Bytes.of(own.letterIndex()));
    }

    public void commit(Commit item) {
        commitCount++;
        add(commits, addKey(Bytes.of(partition.keys().runPrefix() + item.run().text())));
        add(commits, queueIndex(item.queue()));
        commits.add(Bytes.of(item.entryId()));
        commits.add(item.field());
        commits.add(Bytes.of(item.expected()));
        commits.add(Bytes.of(item.done()));
        byte[] output = item.output();
        if (output == null) {
            commits.addAll(List.of(Bytes.EMPTY, Bytes.EMPTY, ZERO));
        } else {
            commits.add(Bytes.of(item.outputField()));
            commits.add(StoredValue.inline(output));
            commits.add(
                    StoredValue.isInline(output)
                            ? ZERO
                            : Bytes.of(addKey(blobKey(item.run(), item.outputField()))));
        }
        commits.add(Bytes.of(item.letter()));
        add(commits, item.successors().size());
        for (Successor successor : item.successors()) {
            commits.add(successor.field());
            commits.add(successor.dependencies());
            add(commits, successor.queue().isEmpty() ? 0 : queueIndex(successor.queue()));
            commits.add(successor.announcement());
        }
    }

    /** Begins an entry that was read outside of this call. */
    public void begin(String queue, String entryId, byte[] entry) {
        add(begins, queueIndex(queue));
        begins.add(Bytes.of(entryId));
        begins.add(entry);
    }

    /** Takes new entries of a queue; queues are asked in the order of these calls. */
    public void take(String queue, int atMost) {
        add(takes, queueIndex(queue));
        add(takes, atMost);
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
        ScriptCall call = new ScriptCall(Script.ADVANCE_STEPS);
        keys.forEach(call::key);
        call.arg(Keys.WORKER_GROUP)
                .arg(partition.consumer())
                .arg(partition.keys().runPrefix())
                .arg(commitCount)
                .arg(begins.size() / 3)
                .arg(takes.size() / 2)
                .arg(budget);
        commits.forEach(call::arg);
        begins.forEach(call::arg);
        takes.forEach(call::arg);
        CompletableFuture<List<Object>> reply = scripts.send(ScriptOutputType.MULTI, call);
        return reply.thenApply(this::read);
    }

    private Turn read(List<Object> reply) {
        List<Result> results = new ArrayList<>(commitCount);
        for (Object word : (List<?>) reply.get(0)) {
            results.add(Result.valueOf(Bytes.text((byte[]) word)));
        }
        List<Begun> begun = new ArrayList<>();
        for (Object item : (List<?>) reply.get(1)) {
            begun.add(readBegun((List<?>) item));
        }
        return new Turn(results, begun, Bytes.text((byte[]) reply.get(2)));
    }

    private Begun readBegun(List<?> item) {
        List<?> values = (List<?>) item.get(3);
        byte[][] inputs = new byte[values.size() - 2][];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (byte[]) values.get(i + 2);
        }
        return new Begun(
                queueOfIndex.get((int) (long) item.get(0)),
                Bytes.text((byte[]) item.get(1)),
                Bytes.text((byte[]) item.get(2)),
                Bytes.text((byte[]) values.get(0)),
                Bytes.text((byte[]) values.get(1)),
                Arrays.asList(inputs));
    }

    private byte[] blobKey(RunId run, String field) {
        return Bytes.of(partition.keys().blob(run, field));
    }

    private int addKey(byte[] key) {
        keys.add(key);
        return keys.size();
    }

    private int queueIndex(String queue) {
        return queueIndexes.computeIfAbsent(
                queue,
                name -> {
                    int index = addKey(partition.queueKey(name));
                    while (queueOfIndex.size() <= index) {
                        queueOfIndex.add("");
                    }
                    queueOfIndex.set(index, name);
                    return index;
                });
    }

    private static void add(List<byte[]> list, int number) {
        list.add(number == 0 ? ZERO : Bytes.of(number));
    }
}
