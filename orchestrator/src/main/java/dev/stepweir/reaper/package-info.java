/**
 * The process that takes steps back from workers that died or were cut off. {@link
 * dev.stepweir.reaper.Reaper} is the door; any number of reapers may look at the same queues.
 */
@NullMarked
package dev.stepweir.reaper;

import org.jspecify.annotations.NullMarked;
