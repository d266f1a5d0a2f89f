package dev.stepweir.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.operator.resume.ResumeOptions;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;

/** A witnessed workflow, and what clients and operators do until it has ended. */
enum Scenario {
    CHAIN(Shapes.chain(3, Scenario.STEP_MILLIS)),
    DIAMOND(Shapes.diamond(Scenario.STEP_MILLIS)),
    FAN_OF_20(Shapes.fan(20, Scenario.STEP_MILLIS)),
    RETRY(Shapes.retried(2, Scenario.STEP_MILLIS)),
    RUN_RETRY(Shapes.retriedAsWhole(Scenario.STEP_MILLIS)),
    BREAKER_OPEN(Shapes.guarded(2, Scenario.STEP_MILLIS)) {
        @Override
        int releases() {
            return Scenario.OFTEN;
        }
    },
    EXHAUST_AND_REDRIVE(Shapes.exhausted(Scenario.STEP_MILLIS)) {
        @Override
        void bringToEnd(Stack stack, RunId run) throws InterruptedException {
            DeadLetters letters = new DeadLetters(stack.redis(), stack.namespace());
            while (stack.await(run).state() != RunState.COMPLETED) {
                String id = run + "/s0";
                var unused = letters.redrive(id, "sweep", "to see it succeed");
            }
        }
    },
    CANCEL(Shapes.chain(3, Scenario.STEP_MILLIS)) {
        @Override
        void bringToEnd(Stack stack, RunId run) throws InterruptedException {
            Stack.pass(Duration.ofMillis(3L * STEP_MILLIS / 2));
            var unused = stack.client().runs().cancel(run, "sweep", "to see what happens");
            assertThat(stack.await(run).state()).isIn(RunState.CANCELLED, RunState.COMPLETED);
        }
    },
    PAUSE_AND_RESUME(Shapes.diamond(Scenario.STEP_MILLIS)) {
        @Override
        void bringToEnd(Stack stack, RunId run) throws InterruptedException {
            Stack.pass(Duration.ofMillis(3L * STEP_MILLIS / 2));
            var unused = stack.client().runs().pause(run, "sweep", "to see what waits");
            Stack.pass(Duration.ofMillis(STEP_MILLIS));
            resume(stack, run, ResumeOptions.PENDING_ONLY);
            super.bringToEnd(stack, run);
        }

        @Override
        int releases() {
            return 1;
        }
    },
    DEADLINE_AND_RESUME(Shapes.late(Scenario.STEP_MILLIS)) {
        @Override
        void bringToEnd(Stack stack, RunId run) throws InterruptedException {
            while (stack.await(run).state() != RunState.COMPLETED) {
                resume(stack, run, ResumeOptions.everything(2));
            }
        }

        @Override
        int releases() {
            return Scenario.OFTEN;
        }
    },
    EXHAUST_AND_RESUME(Shapes.exhausted(Scenario.STEP_MILLIS)) {
        @Override
        void bringToEnd(Stack stack, RunId run) throws InterruptedException {
            while (stack.await(run).state() != RunState.COMPLETED) {
                resume(stack, run, ResumeOptions.everything(2));
            }
        }
    };

    static final int STEP_MILLIS = 60;

    /** Probes and deadlines come by the clock: on a busy machine more of them before it is over. */
    private static final int OFTEN = 25;

    private final Workflow workflow;

    Scenario(Workflow workflow) {
        this.workflow = workflow;
    }

    /**
     * How often one step may be published again besides, which charges nothing: a breaker lets it
     * go, its run was late while it was executed, or was paused before a worker began it.
     */
    int releases() {
        return 0;
    }

    Workflow workflow() {
        return workflow;
    }

    void bringToEnd(Stack stack, RunId run) throws InterruptedException {
        assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
    }

    private static void resume(Stack stack, RunId run, ResumeOptions options) {
        var unused = stack.client().resumes().resume(run, options, "sweep", "to see it succeed");
    }
}
