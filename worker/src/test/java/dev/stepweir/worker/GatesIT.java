package dev.stepweir.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.testkit.WithRedis;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@WithRedis
class GatesIT extends WithRuns {

    @Test
    void an_answer_waits_for_nobody_who_opens_or_closes() throws Exception {
        Background background = Background.start(fatal -> {});
        try (Gates gates = new Gates(runs.redis, runs.namespace.keys(0))) {
            gates.open(background);
            // As whoever opens or closes may, for as long as a connection takes.
            synchronized (gates) {
                assertThat(gates.refresh().get(10, TimeUnit.SECONDS)).isEmpty();
            }
            assertThat(gates.areFresh()).isTrue();
        } finally {
            background.end();
        }
    }
}
