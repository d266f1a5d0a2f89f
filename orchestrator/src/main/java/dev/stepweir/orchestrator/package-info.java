/**
 * The process that takes up accepted runs, publishes what becomes ready by time, repairs what was
 * lost and removes what is old. {@link dev.stepweir.orchestrator.Orchestrator} is the door. Any
 * number of orchestrators work side by side without knowing of each other: every change they make
 * is a guarded script.
 */
@NullMarked
package dev.stepweir.orchestrator;

import org.jspecify.annotations.NullMarked;
