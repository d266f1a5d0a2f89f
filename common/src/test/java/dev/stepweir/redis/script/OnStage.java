package dev.stepweir.redis.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** Gives each test a {@link Stage}, and checks what it says that it {@link Covers}. */
@WithRedis
abstract class OnStage {

    Stage stage;

    @BeforeEach
    void set(TestRedis redis) {
        stage = new Stage(redis);
    }

    @AfterEach
    void strike(TestInfo test) {
        stage.close();
        Covers claimed = test.getTestMethod().orElseThrow().getAnnotation(Covers.class);
        if (claimed != null) {
            assertThat(stage.moves().steps()).containsAll(List.of(claimed.steps()));
            assertThat(stage.moves().runs()).containsAll(List.of(claimed.runs()));
        }
    }
}
