package dev.stepweir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedSuccessfully;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.lettuce.core.RedisClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class LeakCheckIT {

    private static final CountDownLatch RELEASE = new CountDownLatch(1);
    private static final List<RedisClient> LEAKED = new ArrayList<>();

    /** Run by the tests below only. */
    @WithRedis
    static class Subject {

        @Test
        void connection(TestRedis redis) {
            RedisClient client = RedisClient.create(redis.uri());
            LEAKED.add(client);
            client.connect();
        }

        @Test
        void platformThread() {
            Thread.ofPlatform().daemon().name("stepweir-loop-1").start(Subject::hang);
        }

        @Test
        void virtualThread() {
            Thread.ofVirtual().name("stepweir-handler-1").start(Subject::hang);
        }

        @Test
        void slowButClosing(TestRedis redis) {
            Thread closing =
                    Thread.ofPlatform().daemon().name("stepweir-closing").unstarted(Subject::end);
            closing.start();
        }

        @Test
        void keys(TestRedis redis) {
            redis.commands().set(redis.keyPrefix() + "0}:k", "v");
        }

        private static void hang() {
            try {
                RELEASE.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static void end() {
            try {
                RELEASE.await(300, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @AfterEach
    void end_what_was_planted() {
        LEAKED.forEach(client -> client.shutdown(0, 2, TimeUnit.SECONDS));
        LEAKED.clear();
    }

    @Test
    void a_connection_left_open_fails_the_test() {
        assertFailsWith("connection", "connection id=");
    }

    @Test
    void a_thread_left_running_fails_the_test() {
        assertFailsWith("platformThread", "stepweir-loop-1");
    }

    @Test
    void a_virtual_thread_left_running_fails_the_test() {
        assertFailsWith("virtualThread", "stepweir-handler-1");
    }

    @Test
    void what_ends_within_the_grace_time_is_no_leak() {
        for (String method : List.of("slowButClosing", "keys")) {
            run(method).assertThatEvents().haveExactly(1, event(test(), finishedSuccessfully()));
        }
    }

    private static void assertFailsWith(String method, String words) {
        run(method)
                .assertThatEvents()
                .haveExactly(
                        1, event(test(), finishedWithFailure(message(m -> m.contains(words)))));
    }

    private static Events run(String method) {
        boolean takesRedis = !method.endsWith("Thread");
        Events events =
                EngineTestKit.engine("junit-jupiter")
                        .selectors(
                                takesRedis
                                        ? selectMethod(Subject.class, method, TestRedis.class)
                                        : selectMethod(Subject.class, method))
                        .execute()
                        .testEvents();
        assertThat(events.started().count()).isEqualTo(1);
        return events;
    }
}
