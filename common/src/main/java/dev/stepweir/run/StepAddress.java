package dev.stepweir.run;

import dev.stepweir.workflow.QueueName;

/** One step of one run, and the queue that it is published to. */
public record StepAddress(RunId run, String step, String queue) {

    /** A step that has been through this, and where it is published to. */
    public static StepAddress of(RunId run, String step, String handler, Ledgers ledgers) {
        return new StepAddress(run, step, QueueName.of(handler, ledgers.isSuspect()));
    }

    /** The name of its handler. */
    public String handler() {
        return QueueName.handler(queue);
    }

    /** The id that a dead letter of this step has: {@code <run>/<step>}. */
    public String letterId() {
        return run.text() + "/" + step;
    }

    /** The step's member in the set of timers. */
    public String timer() {
        return run.text() + " " + step;
    }

    /** The key that stays the same over attempts and redrives. */
    public String idempotencyKey() {
        return letterId();
    }

    /** The field that keeps the step's state. */
    public String field() {
        return StepFields.state(step);
    }
}
