package dev.stepweir.bench;

import static dev.stepweir.bench.FloorKeys.bytes;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One connection and the loop that owns it: take, run nothing, commit, on one partition. */
final class FloorLane implements AutoCloseable {

    static final byte[] GROUP = bytes("workers");
    private static final byte[] NONE = bytes("0");

    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final FloorKeys keys;
    private final byte[] script;
    private final byte[] consumer;
    private final byte[] count;

    FloorLane(
            StatefulRedisConnection<byte[], byte[]> connection,
            FloorKeys keys,
            byte[] script,
            int count) {
        this.connection = connection;
        this.keys = keys;
        this.script = script;
        this.consumer = bytes("floor");
        this.count = bytes("" + count);
        connection.setAutoFlushCommands(false);
    }

    /** One script commits, one read takes, both sent in one flush. Returns the steps committed. */
    long drainBatched(List<FloorStep> steps, long atLeast) {
        long done = 0;
        FloorReply batch = await(flushed(read()));
        while (done < atLeast && batch.taken() > 0) {
            AsyncCommand<byte[], byte[], FloorReply> commit = send(commit(batch, steps, NONE));
            AsyncCommand<byte[], byte[], FloorReply> next = flushed(read());
            done += applied(await(commit), batch);
            batch = await(next);
        }
        return done;
    }

    /** One script commits and takes. Returns the steps committed. */
    long drainFused(List<FloorStep> steps, long atLeast) {
        long done = 0;
        FloorReply batch = await(flushed(read()));
        while (done < atLeast && batch.taken() > 0) {
            FloorReply reply = commitAndTake(batch, steps);
            done += applied(reply, batch);
            batch = reply;
        }
        return done;
    }

    FloorReply take() {
        return await(flushed(read()));
    }

    FloorReply commitAndTake(FloorReply batch, List<FloorStep> steps) {
        return await(flushed(commit(batch, steps, count)));
    }

    private Command<byte[], byte[], FloorReply> read() {
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        args.add("GROUP").add(GROUP).add(consumer).add("COUNT").add(count);
        args.add("STREAMS").add(keys.stream()).add(">");
        return new Command<>(CommandType.XREADGROUP, new FloorReply(), args);
    }

    private Command<byte[], byte[], FloorReply> commit(
            FloorReply batch, List<FloorStep> steps, byte[] take) {
        int items = batch.taken();
        CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        args.add(script).add(items + 1L).add(keys.stream());
        int[] runLengths = new int[items];
        for (int i = 0; i < items; i++) {
            runLengths[i] = indexOfSpace(batch.entry(i));
            args.add(keys.run(batch.entry(i), runLengths[i]));
        }
        args.add(GROUP).add(consumer).add(take).add(keys.runPrefix()).add(steps.size());
        for (FloorStep step : steps) {
            step.addDefinition(args);
        }
        for (int i = 0; i < items; i++) {
            FloorStep step = steps.get(stepOf(batch.entry(i), runLengths[i] + 1));
            step.addCommit(args, batch.entryId(i));
        }
        return new Command<>(CommandType.EVALSHA, new FloorReply(), args);
    }

    private static int indexOfSpace(byte[] entry) {
        int at = 0;
        while (entry[at] != ' ') {
            at++;
        }
        return at;
    }

    private static int stepOf(byte[] entry, int from) {
        int step = 0;
        for (int at = from; entry[at] != ' '; at++) {
            step = 10 * step + entry[at] - '0';
        }
        return step;
    }

    private static long applied(FloorReply reply, FloorReply batch) {
        if (reply.items() != batch.taken() || reply.applied() != batch.taken()) {
            throw new BenchException(
                    "the floor committed %d of %d steps".formatted(reply.applied(), batch.taken()));
        }
        return reply.applied();
    }

    private AsyncCommand<byte[], byte[], FloorReply> flushed(
            Command<byte[], byte[], FloorReply> command) {
        AsyncCommand<byte[], byte[], FloorReply> sent = send(command);
        connection.flushCommands();
        return sent;
    }

    private AsyncCommand<byte[], byte[], FloorReply> send(
            Command<byte[], byte[], FloorReply> command) {
        AsyncCommand<byte[], byte[], FloorReply> sent = new AsyncCommand<>(command);
        connection.dispatch(sent);
        return sent;
    }

    private static FloorReply await(AsyncCommand<byte[], byte[], FloorReply> command) {
        try {
            return command.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new BenchException("Redis refused: " + failed.getCause(), failed);
        } catch (TimeoutException silent) {
            throw new BenchException("Redis did not answer within 30 s", silent);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", stopped);
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
