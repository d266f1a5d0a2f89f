/** {@code stepweir steps}: one step of a run. */
@NullMarked
package dev.stepweir.cli.steps;

import org.jspecify.annotations.NullMarked;
