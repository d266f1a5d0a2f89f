/** The circuit breakers on the command line. */
@NullMarked
package dev.stepweir.cli.breakers;

import org.jspecify.annotations.NullMarked;
