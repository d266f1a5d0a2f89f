package dev.stepweir.proof;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import io.lettuce.core.ScanArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Streams only ring the bell: under load all of them are deleted, with their groups. */
@WithRedis(privateServer = true)
class LostStreamsIT {

    private static final int DELETIONS = Integer.getInteger("proof.deletions", 10);

    @Test
    @DisplayName("deleting every stream and group under load, again and again, loses no run")
    void runs_finish_although_every_stream_is_deleted(TestRedis server) throws Exception {
        List<RunId> runs = new ArrayList<>();
        int deleted = 0;
        try (Stack stack = Stack.open(server).orchestrator().orchestrator().reaper()) {
            stack.worker(Witness.handlers(stack));
            stack.worker(Witness.handlers(stack));
            for (int i = 0; i < DELETIONS; i++) {
                runs.addAll(stack.submit(Shapes.fan(8, 20), 20));
                Stack.pass(Duration.ofMillis(150));
                deleted += deleteStreams(server, stack);
            }
            for (RunId run : runs) {
                stack.await(run);
            }
            System.out.printf(
                    "[proof] %d streams deleted in %d goes, %d runs, %s%n",
                    deleted, DELETIONS, runs.size(), Audit.ofWitnessed(stack, runs));
        }
    }

    @Test
    @DisplayName("scripts that Redis forgets under load are loaded again")
    void runs_finish_although_scripts_are_forgotten(TestRedis server) throws Exception {
        List<RunId> runs = new ArrayList<>();
        try (Stack stack = Stack.open(server).orchestrator().reaper()) {
            stack.worker(Witness.handlers(stack));
            for (int i = 0; i < 20; i++) {
                runs.addAll(stack.submit(Shapes.chain(3, 1), 5));
                server.commands().scriptFlush();
            }
            for (RunId run : runs) {
                stack.await(run);
            }
            Audit.ofWitnessed(stack, runs);
        }
    }

    private static int deleteStreams(TestRedis server, Stack stack) {
        List<String> streams = new ArrayList<>();
        for (Keys keys : stack.namespace().all()) {
            streams.add(keys.inbox());
        }
        streams.addAll(
                server.commands()
                        .scan(ScanArgs.Builder.matches("*queue:*").limit(10_000))
                        .getKeys());
        return RedisFutures.join(
                        stack.redis()
                                .commands()
                                .unlink(streams.stream().map(Bytes::of).toArray(byte[][]::new)))
                .intValue();
    }
}
