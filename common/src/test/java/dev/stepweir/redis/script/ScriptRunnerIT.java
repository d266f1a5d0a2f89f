package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.run.RunId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScriptRunnerIT extends OnStage {

    @ParameterizedTest
    @EnumSource(Script.class)
    void redis_accepts_every_script_under_the_name_that_we_call_it_by(Script script) {
        assertThat(stage.commands().scriptLoad(script.source())).isEqualTo(script.sha());
    }

    @Test
    void a_script_that_redis_has_forgotten_is_loaded_again() {
        RunId run = stage.submitted(Flows.SINGLE);
        stage.commands().scriptFlush();

        stage.run(stage.start(run)).answered(StartRun.Outcome.STARTED);

        stage.commands().scriptFlush();
        assertThat(stage.take("w1", "work")).hasSize(1);
    }
}
