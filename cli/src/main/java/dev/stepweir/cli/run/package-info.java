/** From a file to a result: {@code validate} and {@code run}. */
@NullMarked
package dev.stepweir.cli.run;

import org.jspecify.annotations.NullMarked;
