/**
 * Runs users' code safely: {@link dev.stepweir.worker.Worker} takes ready steps, executes their
 * {@link dev.stepweir.handler.StepHandler handlers} on virtual threads and commits what they
 * return.
 */
@NullMarked
package dev.stepweir.worker;

import org.jspecify.annotations.NullMarked;
