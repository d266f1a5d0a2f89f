/** Tests of what kind a failure is taken for. */
@NullMarked
package dev.stepweir.failure;

import org.jspecify.annotations.NullMarked;
