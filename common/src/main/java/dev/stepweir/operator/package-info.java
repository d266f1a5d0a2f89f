/**
 * What an operator sees and does: {@link dev.stepweir.operator.Runs runs}, {@link
 * dev.stepweir.operator.letters.DeadLetters dead letters}, and the {@link
 * dev.stepweir.operator.fleet.Fleet} of workers, roles and queues. The command line is written on
 * it, and so may other tools be.
 */
@NullMarked
package dev.stepweir.operator;

import org.jspecify.annotations.NullMarked;
