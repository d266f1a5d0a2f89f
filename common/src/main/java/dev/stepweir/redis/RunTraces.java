package dev.stepweir.redis;

import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a run has left outside its hash, as the fields of the hash say; its definition is not
 * needed. Read in bounded pieces.
 */
public final class RunTraces {

    private static final ScanArgs PIECE = ScanArgs.Builder.limit(500);
    private static final String STATE = StepFields.state("");
    private static final String WAITING = StepState.WAITING_FOR_RETRY + " ";

    private final RunId run;
    private Optional<RunHead> head = Optional.empty();
    private String callerKey = "";
    private final List<String> blobs = new ArrayList<>();
    private final List<String> letters = new ArrayList<>();
    private final List<String> timers = new ArrayList<>();

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

    /** Removes the timers of a closed run, which nothing waits for; how many there were. */
    public CompletableFuture<Long> removeTimers(Redis redis, Keys keys) {
        if (timers.isEmpty()) {
            return CompletableFuture.completedFuture(0L);
        }
        byte[][] members = timers.stream().map(Bytes::of).toArray(byte[][]::new);
        return redis.commands()
                .zrem(Bytes.of(keys.of(run).timers()), members)
                .toCompletableFuture();
    }
}
