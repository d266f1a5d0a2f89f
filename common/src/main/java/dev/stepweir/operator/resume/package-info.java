/**
 * Taking up a run again that was paused, or that dead steps block: what is left of it is gathered
 * from three sources without doing anything twice, by one operator at a time. {@link
 * dev.stepweir.operator.resume.Resumes} is the door.
 */
@NullMarked
package dev.stepweir.operator.resume;

import org.jspecify.annotations.NullMarked;
