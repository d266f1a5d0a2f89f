/** Records that describe one execution: ids, dispatches, and how a step is stored. */
@NullMarked
package dev.stepweir.run;

import org.jspecify.annotations.NullMarked;
