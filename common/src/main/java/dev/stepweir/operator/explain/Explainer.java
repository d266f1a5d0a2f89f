package dev.stepweir.operator.explain;

import java.util.Optional;
import java.util.Set;

/** One gate that a step may stand before. */
interface Explainer {

    /** What it can answer with. */
    Set<Class<? extends Cause>> causes();

    /** Why this gate holds the step up; empty when it does not. */
    Optional<Cause> explain(Situation step);
}
