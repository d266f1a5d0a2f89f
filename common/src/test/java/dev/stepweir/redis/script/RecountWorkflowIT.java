package dev.stepweir.redis.script;

import static dev.stepweir.redis.script.RecountWorkflow.Outcome.ALREADY;
import static dev.stepweir.redis.script.RecountWorkflow.Outcome.COUNTED;
import static dev.stepweir.redis.script.RecountWorkflow.Outcome.GONE;
import static dev.stepweir.redis.script.RecountWorkflow.Outcome.REMOVED;
import static dev.stepweir.redis.script.RecountWorkflow.Outcome.STALE;

import org.junit.jupiter.api.Test;

class RecountWorkflowIT extends OnStage {

    @Test
    void a_count_that_is_as_it_was_read_is_set() {
        stage.submitted(Flows.SINGLE);
        stage.run(recount("1", 3))
                .answered(COUNTED)
                .changed(
                        """
                        - workflow:HASH | runs = 1
                        + workflow:HASH | runs = 3
                        """);
        stage.run(recount("1", 3)).answered(ALREADY).changedNothing();
    }

    @Test
    void a_count_that_was_lost_is_set() {
        stage.submitted(Flows.SINGLE);
        stage.commands().hdel(stage.keys().workflow(Flows.SINGLE.hash()), "runs");
        stage.run(recount("", 1)).answered(COUNTED).changed("+ workflow:HASH | runs = 1");
    }

    @Test
    void a_count_that_has_changed_since_is_left_alone() {
        stage.submitted(Flows.SINGLE);
        stage.submitted(Flows.SINGLE);
        stage.run(recount("1", 0)).answered(STALE).changedNothing();
    }

    @Test
    void a_definition_that_no_run_uses_is_removed() {
        stage.newRun(Flows.SINGLE);
        stage.commands().hset(stage.keys().workflow(Flows.SINGLE.hash()), "runs", "2");
        stage.run(recount("2", 0))
                .answered(REMOVED)
                .changed(
                        """
                        - workflow:HASH | hash
                        - workflow:HASH | runs = 2
                        """);
        stage.run(recount("2", 0)).answered(GONE).changedNothing();
    }

    private RecountWorkflow recount(String expected, long runs) {
        return new RecountWorkflow(stage.keys(), Flows.SINGLE.hash(), expected, runs);
    }
}
