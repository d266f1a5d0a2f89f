package dev.stepweir.proof;

import dev.stepweir.workflow.Workflow;

/** Workflows of witnessed steps. */
final class Shapes {

    private Shapes() {}

    /** Each step after the one before it. */
    static Workflow chain(int steps, int millis) {
        Workflow.Builder chain = Workflow.builder("chain");
        for (int i = 0; i < steps; i++) {
            String[] after = i == 0 ? new String[0] : new String[] {"s" + (i - 1)};
            chain.step(
                    "s" + i,
                    s -> s.handler(Witness.HANDLER).after(after).setting("millis", millis));
        }
        return chain.build();
    }

    /** One, then two at once, then one. */
    static Workflow diamond(int millis) {
        return fan(2, millis);
    }

    /** One, then many at once, then one. */
    static Workflow fan(int width, int millis) {
        String[] middle = new String[width];
        Workflow.Builder fan = Workflow.builder("fan");
        fan.step("first", s -> s.handler(Witness.HANDLER).setting("millis", millis));
        for (int i = 0; i < width; i++) {
            middle[i] = "part" + i;
            fan.step(
                    middle[i],
                    s -> s.handler(Witness.HANDLER).after("first").setting("millis", millis));
        }
        fan.step("last", s -> s.handler(Witness.HANDLER).after(middle).setting("millis", millis));
        return fan.build();
    }
}
