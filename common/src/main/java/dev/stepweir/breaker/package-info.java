/**
 * Circuit breakers: one per dependency for the whole cluster, which is what a step's handler calls
 * and what several steps may share. One hash is the authority; an open breaker parks steps.
 */
@NullMarked
package dev.stepweir.breaker;

import org.jspecify.annotations.NullMarked;
