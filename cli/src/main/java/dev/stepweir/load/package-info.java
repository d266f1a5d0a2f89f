/**
 * {@code stepweir load}: many runs at once against a stack that runs, as its users see it. It
 * submits and awaits through the public client and measures from outside.
 */
@NullMarked
package dev.stepweir.load;

import org.jspecify.annotations.NullMarked;
