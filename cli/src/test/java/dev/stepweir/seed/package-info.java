/** Demands with an id, each proved under it by a whole installation. */
@NullMarked
package dev.stepweir.seed;

import org.jspecify.annotations.NullMarked;
