/**
 * What a person does to a step that does not get on: reset it, end it by hand, skip it, give it up.
 * {@link dev.stepweir.operator.acts.Steps} is the door.
 */
@NullMarked
package dev.stepweir.operator.acts;

import org.jspecify.annotations.NullMarked;
