/**
 * Why a run or a step is not getting on. Each gate that can hold up a step is an {@link
 * dev.stepweir.operator.explain.Explainer}, each answer a {@link
 * dev.stepweir.operator.explain.Cause}; a new gate adds one of both and a line in {@code Gates}.
 * Only reads.
 */
@NullMarked
package dev.stepweir.operator.explain;

import org.jspecify.annotations.NullMarked;
