/**
 * Dead letters: find them, mend them, put them back to work. {@link
 * dev.stepweir.operator.letters.DeadLetters} is the door.
 */
@NullMarked
package dev.stepweir.operator.letters;

import org.jspecify.annotations.NullMarked;
