package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.RelistRun.Outcome.CLOSED;
import static dev.stepweir.redis.script.RelistRun.Outcome.GONE;
import static dev.stepweir.redis.script.RelistRun.Outcome.OPEN;
import static dev.stepweir.redis.script.RelistRun.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.run.RunId;
import dev.stepweir.testkit.RedisState;
import io.lettuce.core.ZAddArgs;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelistRunIT extends OnStage {

    @Test
    void a_run_that_is_listed_right_stays_so() {
        RunId open = stage.started(Flows.PAIR);
        stage.run(relist(open)).answered(OPEN).changedNothing();

        stage.run(stage.cancellation(open));
        stage.run(relist(open)).answered(CLOSED).changedNothing();
    }

    @Test
    void a_lost_listing_comes_back_as_it_was() {
        RunId submitted = stage.submitted(Flows.PAIR);
        RunId completed = stage.submitted(Flows.EMPTY);
        stage.run(stage.start(completed));
        RedisState before = stage.state();
        for (String list : lists()) {
            stage.commands().del(list);
        }

        stage.run(relist(submitted)).answered(OPEN);
        stage.run(relist(completed)).answered(CLOSED);

        assertThat(stage.state()).isEqualTo(before);
    }

    @Test
    void a_run_is_listed_nowhere_else() {
        RunId run = stage.dead(Flows.PAIR);
        stage.run(stage.settlement(run));
        RedisState before = stage.state();
        for (String list : lists()) {
            stage.commands().zadd(list, ZAddArgs.Builder.nx(), 5.0, run.text());
        }

        stage.run(relist(run)).answered(CLOSED);

        assertThat(stage.state()).isEqualTo(before);
    }

    @Test
    void a_run_in_a_state_of_a_later_version_stays_listed_as_it_is() {
        RunId run = stage.started(Flows.PAIR);
        stage.commands().hset(stage.keys().run(run), "head", "FROZEN hash");

        RedisState before = stage.state();

        assertThat(relist(run).run(stage.redis().scripts())).isEqualTo(UNKNOWN);
        assertThat(stage.state()).isEqualTo(before);
    }

    @Test
    void a_run_that_is_gone_is_listed_nowhere() {
        RunId run = stage.started(Flows.PAIR);
        stage.commands().del(stage.keys().run(run));

        stage.run(relist(run))
                .answered(GONE)
                .changed(
                        """
                        - open | zset
                        - open | TIME RUN
                        """);
    }

    private List<String> lists() {
        return List.of(
                stage.keys().openRuns(),
                stage.keys().completedRuns(),
                stage.keys().failedRuns(),
                stage.keys().cancelledRuns());
    }

    private RelistRun relist(RunId run) {
        return new RelistRun(stage.keys(), run);
    }
}
