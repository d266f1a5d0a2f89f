package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.ForgetConsumer.Outcome.ALIVE;
import static dev.stepweir.redis.script.ForgetConsumer.Outcome.FORGOTTEN;
import static dev.stepweir.redis.script.ForgetConsumer.Outcome.GONE;
import static dev.stepweir.redis.script.ForgetConsumer.Outcome.HOLDING;

import dev.stepweir.redis.Keys;
import dev.stepweir.redis.script.AdvanceSteps.Begun;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ForgetConsumerIT extends OnStage {

    @Test
    void a_silent_consumer_that_holds_nothing_is_forgotten() {
        stage.started(Flows.SINGLE);
        Begun begun = stage.takeOne("w1", "work");
        stage.commit("w1", stage.success(begun, "1"));
        stage.beat("w1", Duration.ofHours(2));

        stage.run(forget("work"))
                .answered(FORGOTTEN)
                .changed(
                        """
                        - queue:work | consumer workers w1
                        """);
        stage.run(forget("work")).answered(FORGOTTEN).changedNothing();
    }

    @Test
    void a_consumer_that_holds_something_stays_and_so_does_what_it_holds() {
        stage.started(Flows.SINGLE);
        stage.takeOne("w1", "work");

        stage.run(forget("work")).answered(HOLDING).changedNothing();
    }

    @Test
    void a_living_consumer_stays() {
        stage.started(Flows.SINGLE);
        stage.take("w1", "work", "other");
        stage.beat("w1", Duration.ofMinutes(1));

        stage.run(forget("other")).answered(ALIVE).changedNothing();
    }

    @Test
    void a_stream_that_does_not_exist_has_nobody_to_forget() {
        stage.run(forget("nothing")).answered(GONE).changedNothing();
    }

    private ForgetConsumer forget(String queue) {
        return new ForgetConsumer(
                stage.keys(),
                stage.keys().queue(queue),
                Keys.WORKER_GROUP,
                "w1",
                Duration.ofHours(1));
    }
}
