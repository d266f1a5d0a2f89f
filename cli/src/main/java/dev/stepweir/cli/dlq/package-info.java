/** {@code stepweir dlq}: steps that wait for a person. */
@NullMarked
package dev.stepweir.cli.dlq;

import org.jspecify.annotations.NullMarked;
