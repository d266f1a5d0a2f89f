package dev.stepweir.redis.script;

import org.junit.jupiter.api.Test;

class PauseQueueIT extends OnStage {

    @Test
    void a_queue_is_paused_once_with_who_and_why_and_resumed_once() {
        PauseQueue pause = new PauseQueue(stage.keys(), "work", "{\"by\":\"ada\"}");
        ResumeQueue resume = new ResumeQueue(stage.keys(), "work");

        stage.run(pause)
                .answered(PauseQueue.Outcome.PAUSED)
                .changed(
                        """
                        + paused-queues | hash
                        + paused-queues | work = TIME {"by":"ada"}
                        """);
        stage.run(new PauseQueue(stage.keys(), "work", "{\"by\":\"eve\"}"))
                .answered(PauseQueue.Outcome.ALREADY)
                .changedNothing();

        stage.run(resume).answered(ResumeQueue.Outcome.RESUMED);
        stage.run(resume).answered(ResumeQueue.Outcome.ALREADY).changedNothing();
    }
}
