package dev.stepweir.redis.script;

import dev.stepweir.state.RunTransition;
import dev.stepweir.state.StepTransition;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The rows of the transition tables that a test takes. The stage fails a test that claims a row
 * which Redis was not seen to take, and {@link TransitionCoverageTest} fails on a row that no test
 * claims.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Covers {

    StepTransition[] steps() default {};

    RunTransition[] runs() default {};
}
