/**
 * What a user writes: {@link dev.stepweir.handler.StepHandler handlers}, registered by name in
 * {@link dev.stepweir.handler.Handlers} or brought by a jar's {@link
 * dev.stepweir.handler.HandlerProvider}.
 */
@NullMarked
package dev.stepweir.handler;

import org.jspecify.annotations.NullMarked;
