package dev.stepweir.redis;

import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.run.UnreadableException;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a run has left outside its hash, as the fields of the hash say. Its definition is needed for
 * one thing only: in which queues its entries are. Read in bounded pieces.
 */
public final class RunTraces {

    private static final int AT_ONCE = 500;
    private static final ScanArgs PIECE = ScanArgs.Builder.limit(AT_ONCE);
    private static final String STATE = StepFields.state("");
    private static final String WAITING = StepState.WAITING_FOR_RETRY + " ";
    private static final String READY = StepState.READY + " ";

    private final RunId run;
    private Optional<RunHead> head = Optional.empty();
    private String callerKey = "";
    private final List<String> blobs = new ArrayList<>();
    private final List<String> letters = new ArrayList<>();
    private final List<String> timers = new ArrayList<>();
    private final Map<String, StepField> announced = new HashMap<>();

    private RunTraces(RunId run) {
        this.run = run;
    }

    /** Looks through a run. */
    public static CompletableFuture<RunTraces> read(Redis redis, Keys keys, RunId run) {
        return look(redis, keys, ScanCursor.INITIAL, new RunTraces(run));
    }

    private static CompletableFuture<RunTraces> look(
            Redis redis, Keys keys, ScanCursor cursor, RunTraces traces) {
        return redis.commands()
                .hscan(Bytes.of(keys.of(traces.run).run(traces.run)), cursor, PIECE)
                .toCompletableFuture()
                .thenCompose((MapScanCursor<byte[], byte[]> page) -> {
                    page.getMap().forEach(traces::see);
                    return page.isFinished()
                            ? CompletableFuture.completedFuture(traces)
                            : look(redis, keys, page, traces);
                });
    }

    private void see(byte[] name, byte[] value) {
        String field = Bytes.text(name);
        if (field.equals("head")) {
            head = Optional.of(RunHead.parse(Bytes.text(value)));
        } else if (field.equals("key")) {
            callerKey = Bytes.text(value);
        } else if (field.equals(RunDeadline.FIELD)) {
            timers.add(RunDeadline.timer(run));
        } else if (field.equals(RunRetry.WAITS_FOR)) {
            timers.add(run.text());
        } else if (StoredValue.isReference(value)) {
            blobs.add(field);
        } else if (field.startsWith(STATE)) {
            String text = Bytes.text(value);
            StepAddress step = new StepAddress(run, field.substring(STATE.length()), "");
            if (text.contains(" dlq=")) {
                letters.add(step.letterId());
            }
            if (text.startsWith(WAITING)) {
                timers.add(step.timer());
            }
            if (text.startsWith(READY)) {
                seeReady(step.step(), text);
            }
        }
    }

    private void seeReady(String step, String text) {
        try {
            StepField field = StepField.parse(text);
            if (field.published().isAnnounced()) {
                announced.put(step, field);
            }
        } catch (UnreadableException garbled) {
            // Whatever entry it had: a worker that meets it drops it.
        }
    }

    public RunId run() {
        return run;
    }

    /** Empty when there is no such run. */
    public Optional<RunHead> head() {
        return head;
    }

    /** The key that the run was submitted under, or empty. */
    public String callerKey() {
        return callerKey;
    }

    /** The fields whose values are kept in keys of their own. */
    public List<String> blobs() {
        return List.copyOf(blobs);
    }

    /** Ids of the dead letters that its steps may have left. */
    public List<String> letters() {
        return List.copyOf(letters);
    }

    /**
     * Removes what would still bring somebody to a closed run: its timers, and the entries of steps
     * that were ready when it closed. Of a run that is opened again meanwhile the reconciler misses
     * them.
     */
    public CompletableFuture<Void> removeErrands(Redis redis, Keys keys, WorkflowStore workflows) {
        List<CompletableFuture<?>> removed = new ArrayList<>();
        if (!timers.isEmpty()) {
            byte[][] members = timers.stream().map(Bytes::of).toArray(byte[][]::new);
            removed.add(
                    redis.commands()
                            .zrem(Bytes.of(keys.of(run).timers()), members)
                            .toCompletableFuture());
        }
        if (!announced.isEmpty() && head.isPresent()) {
            removed.add(
                    workflows
                            .read(keys, head.get().workflowHash())
                            .thenCompose(graph -> removeEntries(redis, keys, graph))
                            .handle((done, failure) -> isRemoved(failure)));
        }
        return CompletableFuture.allOf(removed.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> removeEntries(Redis redis, Keys keys, Optional<Graph> graph) {
        Map<String, List<String>> entries = new HashMap<>();
        announced.forEach((step, field) -> {
            if (graph.isPresent() && graph.get().contains(step)) {
                String handler = graph.get().step(step).handler();
                StepAddress address = StepAddress.of(run, step, handler, field.ledgers());
                entries.computeIfAbsent(address.queue(), queue -> new ArrayList<>())
                        .add(field.published().entryId());
            }
        });
        List<CompletableFuture<?>> removed = new ArrayList<>();
        entries.forEach((queue, ids) -> {
            byte[] key = Bytes.of(keys.of(run).queue(queue));
            for (int first = 0; first < ids.size(); first += AT_ONCE) {
                String[] some =
                        ids.subList(first, Math.min(first + AT_ONCE, ids.size()))
                                .toArray(String[]::new);
                // Whoever executes one of them is refused in any case.
                removed.add(
                        redis.commands()
                                .xack(key, Bytes.of(Keys.WORKER_GROUP), some)
                                .toCompletableFuture());
                removed.add(redis.commands().xdel(key, some).toCompletableFuture());
            }
        });
        return CompletableFuture.allOf(removed.toArray(CompletableFuture[]::new));
    }

    /** A definition or a queue that cannot be read keeps no run from being removed. */
    private static boolean isRemoved(@Nullable Throwable failure) {
        if (failure != null) {
            RedisException reason = RedisFutures.asRedisException(failure);
            if (!Redis.concernsWhatWasAsked(reason)) {
                throw reason;
            }
        }
        return failure == null;
    }
}
