package dev.stepweir.model;

import dev.stepweir.model.Play.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Leaves out of a sequence whatever it takes no part of in failing. */
final class Shrinking {

    private Shrinking() {}

    /** The shortest sequence found that still fails: nothing can be left out of it any more. */
    static List<Choice> of(List<Choice> failing, Predicate<List<Choice>> fails) {
        List<Choice> shortest = failing;
        int size = Math.max(1, shortest.size() / 2);
        while (size > 0) {
            boolean shrunk = false;
            for (int from = 0; from < shortest.size(); ) {
                List<Choice> rest = new ArrayList<>(shortest.subList(0, from));
                rest.addAll(
                        shortest.subList(Math.min(from + size, shortest.size()), shortest.size()));
                if (!rest.isEmpty() && fails.test(rest)) {
                    shortest = rest;
                    shrunk = true;
                } else {
                    from += size;
                }
            }
            if (!shrunk || size > 1) {
                size /= 2;
            }
        }
        return shortest;
    }
}
