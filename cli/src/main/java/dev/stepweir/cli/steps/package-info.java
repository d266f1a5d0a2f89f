/** {@code stepweir steps}: what a person does to single steps. */
@NullMarked
package dev.stepweir.cli.steps;

import org.jspecify.annotations.NullMarked;
