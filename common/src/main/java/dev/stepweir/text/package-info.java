/** Values and lines as people read them, wherever a sentence is made. */
@NullMarked
package dev.stepweir.text;

import org.jspecify.annotations.NullMarked;
