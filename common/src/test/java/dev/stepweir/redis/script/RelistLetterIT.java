package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.RelistLetter.Outcome.ALREADY;
import static dev.stepweir.redis.script.RelistLetter.Outcome.GONE;
import static dev.stepweir.redis.script.RelistLetter.Outcome.LISTED;
import static dev.stepweir.redis.script.RelistLetter.Outcome.REMOVED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.run.RunId;
import dev.stepweir.testkit.RedisState;
import org.junit.jupiter.api.Test;

class RelistLetterIT extends OnStage {

    @Test
    void a_letter_that_its_step_names_stays_and_is_listed_again() {
        RunId run = stage.dead(Flows.SINGLE);
        RedisState before = stage.state();
        stage.run(relist(run, 1)).answered(ALREADY).changedNothing();

        stage.commands().del(stage.keys().letterIndex());
        stage.run(relist(run, 1)).answered(LISTED);
        assertThat(stage.state()).isEqualTo(before);

        stage.run(stage.redrive(run, "only"));
        stage.run(relist(run, 1)).answered(ALREADY).changedNothing();
    }

    @Test
    void a_letter_that_its_step_does_not_name_is_removed() {
        RunId run = stage.dead(Flows.SINGLE);
        stage.commands().hdel(stage.keys().run(run), "s:only");

        stage.run(relist(run, 1))
                .answered(REMOVED)
                .changed(
                        """
                        - dlq | entry dlq#1 letter=RUN/only died=TIME d={"letter":1}
                        - letters | hash
                        - letters | RUN/only = dlq#1
                        """);
        stage.run(relist(run, 1)).answered(GONE).changedNothing();
    }

    @Test
    void a_letter_that_a_second_death_replaced_is_removed_and_the_other_stays() {
        RunId run = stage.dead(Flows.SINGLE);
        String old = Stage.entryId("dlq", 1);
        stage.commands()
                .hset(
                        stage.keys().run(run),
                        "s:only",
                        stage.stored(run, "only").replace(old, Stage.entryId("dlq", 2)));
        stage.commands().hset(stage.keys().letterIndex(), run + "/only", Stage.entryId("dlq", 2));

        stage.run(relist(run, 1))
                .answered(REMOVED)
                .changed("- dlq | entry dlq#1 letter=RUN/only died=TIME d={\"letter\":1}");
    }

    @Test
    void a_letter_that_is_lost_cannot_be_listed() {
        RunId run = stage.dead(Flows.SINGLE);
        stage.commands().xdel(stage.keys().deadLetters(), Stage.entryId("dlq", 1));
        stage.commands().del(stage.keys().letterIndex());
        stage.run(relist(run, 1)).answered(GONE).changedNothing();
    }

    private RelistLetter relist(RunId run, int letter) {
        return new RelistLetter(
                stage.keys(), stage.step(run, "only"), Stage.entryId("dlq", letter));
    }
}
