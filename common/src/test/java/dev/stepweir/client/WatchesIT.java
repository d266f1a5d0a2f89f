package dev.stepweir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.redis.Connected;
import dev.stepweir.redis.script.StartRun;
import dev.stepweir.run.RunId;
import dev.stepweir.workflow.Workflow;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchesIT extends Connected {

    private Watches watches;
    private RunId run;

    @BeforeEach
    void submit() {
        watches = new Watches(redis, namespace);
        try (StepweirClient client = StepweirClient.over(redis, namespace)) {
            run = client.submit(Workflow.builder("nothing").build(), null).id();
        }
    }

    @AfterEach
    void close() {
        watches.close();
    }

    @Test
    void who_gives_up_waiting_leaves_nothing_behind() {
        for (int i = 0; i < 3; i++) {
            assertThat(watches.completion(run)).isNotDone();
            watches.unwatch(run);
        }
        assertThat(watches.size()).isZero();
        watches.unwatch(run);
    }

    @Test
    void others_who_wait_for_the_same_run_are_still_told() throws Exception {
        CompletableFuture<RunResult> patient = watches.completion(run);
        CompletableFuture<RunResult> impatient = watches.completion(run);
        watches.unwatch(run);
        assertThat(watches.size()).isOne();

        assertThat(finish()).isEqualTo(StartRun.Outcome.COMPLETED);

        assertThat(patient.get(10, TimeUnit.SECONDS).id()).isEqualTo(run);
        assertThat(impatient.get(10, TimeUnit.SECONDS).id()).isEqualTo(run);
        assertThat(watches.size()).isZero();
    }

    @Test
    void a_submit_that_fails_is_not_waited_for() throws Exception {
        watches.expect(run).get(10, TimeUnit.SECONDS);
        watches.forget(run);
        assertThat(watches.size()).isZero();
        RunId nobody = namespace.newRunId();
        assertThatThrownBy(() -> watches.completion(nobody).get(10, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(UnknownRunException.class);
        assertThat(watches.size()).isZero();
    }

    private StartRun.Outcome finish() {
        return new StartRun(namespace.keys(run), run, "", List.of(), List.of())
                .run(redis.scripts());
    }
}
