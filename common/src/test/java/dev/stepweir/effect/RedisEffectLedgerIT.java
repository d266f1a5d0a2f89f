package dev.stepweir.effect;

import static dev.stepweir.effect.EffectLedger.Answer.ALREADY;
import static dev.stepweir.effect.EffectLedger.Answer.ANNOUNCED;
import static dev.stepweir.effect.EffectLedger.Answer.APPLIED;
import static dev.stepweir.effect.EffectLedger.Answer.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Connected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisEffectLedgerIT extends Connected {

    private EffectLedger ledger;

    RedisEffectLedgerIT() {
        super(3);
    }

    @BeforeEach
    void open() {
        ledger = new RedisEffectLedger(redis, namespace, Duration.ofDays(40));
    }

    @Test
    void an_effect_is_applied_once_whoever_asks_again() {
        assertThat(ledger.apply("run/pay", 1, Bytes.of("10 EUR"))).isEqualTo(APPLIED);
        assertThat(ledger.apply("run/pay", 1, Bytes.of("10 EUR"))).isEqualTo(ALREADY);
        assertThat(ledger.apply("run/pay", 5, Bytes.of("20 EUR"))).isEqualTo(ALREADY);
        assertThat(ledger.announce("run/pay", 6)).isEqualTo(ALREADY);
        assertThat(ledger.effect("run/pay").map(Bytes::text)).hasValue("10 EUR");
        assertThat(ledger.effect("run/ship")).isEmpty();
    }

    @Test
    void an_execution_that_was_given_up_is_refused() {
        assertThat(ledger.announce("run/pay", 1)).isEqualTo(ANNOUNCED);
        assertThat(ledger.announce("run/pay", 2)).isEqualTo(ANNOUNCED);

        assertThat(ledger.apply("run/pay", 1, Bytes.of("late"))).isEqualTo(REFUSED);
        assertThat(ledger.announce("run/pay", 1)).isEqualTo(REFUSED);
        assertThat(ledger.effect("run/pay")).isEmpty();
        assertThat(ledger.apply("run/pay", 2, Bytes.of("in time"))).isEqualTo(APPLIED);
    }

    @Test
    void of_a_hundred_at_once_one_applies_it() throws Exception {
        List<Future<EffectLedger.Answer>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                answers.add(threads.submit(() -> ledger.apply("k", 7, Bytes.of("x"))));
            }
        }
        List<EffectLedger.Answer> given = new ArrayList<>();
        for (Future<EffectLedger.Answer> answer : answers) {
            given.add(answer.get());
        }
        assertThat(given).containsOnlyOnce(APPLIED).containsOnly(APPLIED, ALREADY);
    }

    @Test
    void an_effect_is_forgotten_after_the_time_that_was_asked_for() {
        ledger.apply("k", 1, Bytes.of("x"));

        String record = namespace.keys(namespace.partitionOf("k")).effect("k");
        assertThat(server.commands().pttl(record)).isBetween(3_400_000_000L, 3_456_000_000L);
        assertThatThrownBy(() -> new RedisEffectLedger(redis, namespace, Duration.ZERO))
                .hasMessageContaining("above zero");
    }
}
