package dev.stepweir.run;

/** One step of one run, and the queue that it is published to. */
public record StepAddress(RunId run, String step, String queue) {

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
