/** {@code stepweir runs}: what is known of runs, and what may be done to them. */
@NullMarked
package dev.stepweir.cli.runs;

import org.jspecify.annotations.NullMarked;
