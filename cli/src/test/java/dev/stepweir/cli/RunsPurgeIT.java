package dev.stepweir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunId;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Removing runs by their age. */
@WithRedis
class RunsPurgeIT {

    private Redis redis;
    private Keys keys;
    private Terminal terminal;

    @BeforeEach
    void open(TestRedis server) {
        redis = Redis.connect(server.uri(), "test");
        keys = Namespace.open(redis, server.namespace(), 1).keys(0);
        terminal = Terminal.on(server);
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void a_dry_run_reads_each_run_once_however_many_there_are(TestRedis server) {
        List<String> closed = close(2_600, 300);
        long before = reads(server);

        Result dry = terminal.execute("runs", "purge", "--older-than", "1h", "--dry-run");

        assertThat(reads(server) - before).isBetween(2_600L, 2_700L);
        assertThat(dry.code()).isZero();
        assertThat(dry.err()).contains("2600 runs would be removed");
        assertThat(dry.out().lines().sorted().toList())
                .isEqualTo(closed.stream().sorted().toList());
    }

    /** How many times fields of a run were read. */
    private static long reads(TestRedis server) {
        return server.commands()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_hmget:"))
                .map(line -> line.replaceAll("cmdstat_hmget:calls=(\\d+).*", "$1"))
                .mapToLong(Long::parseLong)
                .sum();
    }

    @Test
    void runs_that_closed_in_one_moment_are_all_removed() {
        close(600, 600);

        assertThat(terminal.execute("runs", "purge", "--older-than", "1h").err())
                .contains("600 runs removed");
        assertThat(terminal.execute("runs", "list", "--json").json()).isEmpty();
    }

    @Test
    void what_was_met_and_stays_is_not_counted(TestRedis server) {
        List<String> closed = close(3, 1);
        server.commands().hdel(keys.run(new RunId(closed.get(1))), "finished");

        Result purged = terminal.execute("runs", "purge", "--older-than", "1h");

        assertThat(purged.err()).contains("2 runs removed");
        assertThat(purged.out().lines())
                .containsExactlyInAnyOrder(closed.getFirst(), closed.getLast());
        assertThat(server.commands().exists(keys.run(new RunId(closed.get(1))))).isOne();
    }

    /** Makes runs that completed long ago, so many of them in each moment. */
    private List<String> close(int count, int inOneMoment) {
        List<String> ids = new ArrayList<>();
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RunId run = RunId.create(0);
            String at = String.valueOf(1_700_000_000_000L + i / inOneMoment);
            Map<byte[], byte[]> fields =
                    Map.of(
                            Bytes.of("head"), Bytes.of("COMPLETED abc"),
                            Bytes.of("name"), Bytes.of("flow"),
                            Bytes.of("submitted"), Bytes.of(at),
                            Bytes.of("finished"), Bytes.of(at));
            byte[] list = Bytes.of(keys.completedRuns());
            sent.add(redis.commands().hset(Bytes.of(keys.run(run)), fields).toCompletableFuture());
            sent.add(
                    redis.commands()
                            .zadd(list, Double.parseDouble(at), Bytes.of(run.text()))
                            .toCompletableFuture());
            ids.add(run.text());
        }
        sent.forEach(RedisFutures::join);
        return ids;
    }
}
