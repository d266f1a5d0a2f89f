package dev.stepweir.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutageWatchTest {

    private static final RedisException NOT_CONNECTED =
            new RedisException("Currently not connected. Commands are rejected.");

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean away = true;
    private final OutageWatch watch = new OutageWatch("redis://here:1", this::look, lines::add);

    private void look() {
        looks.incrementAndGet();
        if (away) {
            throw new RedisConnectionException(
                    "Unable to connect", new ConnectException("Connection refused"));
        }
    }

    @AfterEach
    void close() {
        watch.close();
    }

    @Test
    void however_many_fail_there_is_one_line_and_one_when_it_is_back() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(watch.speaksFor(NOT_CONNECTED)).isTrue();
            assertThat(watch.speaksFor(new CompletionException(NOT_CONNECTED))).isTrue();
        }
        await().until(() -> !lines.isEmpty());
        assertThat(lines.getFirst())
                .isEqualTo("Redis at redis://here:1 is away (Connection refused); next try in 1 s");

        away = false;
        watch.wake();
        await().until(() -> lines.getLast().matches("Redis is back after \\d+\\.\\d s"));
        assertThat(lines).as("one for each look").hasSize(looks.get());
        assertThat(looks).hasValueLessThan(10);
    }

    @Test
    void closing_ends_a_look_that_nobody_answers() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        OutageWatch hanging =
                new OutageWatch(
                        "redis://here:1",
                        () -> {
                            begun.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                ended.countDown();
                                throw NOT_CONNECTED;
                            }
                        },
                        lines::add);
        assertThat(hanging.speaksFor(NOT_CONNECTED)).isTrue();
        begun.await();

        hanging.close();

        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void each_look_waits_longer_than_the_one_before() {
        assertThat(watch.speaksFor(NOT_CONNECTED)).isTrue();
        for (int look = 1; look <= 6; look++) {
            int now = look;
            await().until(() -> {
                watch.wake();
                return lines.size() >= now;
            });
        }
        assertThat(List.copyOf(lines).subList(0, 6))
                .extracting(line -> line.substring(line.indexOf("; ") + 2))
                .containsExactly(
                        "next try in 1 s",
                        "next try in 2 s",
                        "next try in 4 s",
                        "next try in 8 s",
                        "next try in 10 s",
                        "next try in 10 s");
    }

    @Test
    void it_speaks_for_no_other_failure() {
        RedisException wrongType = new RedisCommandExecutionException("WRONGTYPE of this key");
        assertThat(watch.speaksFor(wrongType)).isFalse();
        assertThat(watch.speaksFor(new IllegalStateException("a bug"))).isFalse();
        assertThat(looks).hasValue(0);
    }

    @Test
    void a_redis_that_answers_is_not_said_to_be_away() {
        away = false;
        assertThat(watch.speaksFor(NOT_CONNECTED)).isTrue();
        await().until(() -> looks.get() == 1);
        assertThat(lines).isEmpty();
    }

    @Test
    void once_closed_it_says_nothing_more() {
        assertThat(watch.speaksFor(NOT_CONNECTED)).isTrue();
        await().until(() -> !lines.isEmpty());
        watch.close();
        int said = lines.size();
        int looked = looks.get();
        assertThat(watch.speaksFor(NOT_CONNECTED)).isTrue();
        assertThat(lines).hasSize(said);
        assertThat(looks).hasValue(looked);
    }
}
