/** {@code stepweir steps}: one step of a run, and what a person does to it. */
@NullMarked
package dev.stepweir.cli.steps;

import org.jspecify.annotations.NullMarked;
