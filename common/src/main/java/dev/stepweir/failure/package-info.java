/**
 * What kind of failure an attempt ended in, and so whether another attempt can help: ten
 * categories, the classifier that tells them apart, and how a handler or a caller replaces it.
 */
@NullMarked
package dev.stepweir.failure;

import org.jspecify.annotations.NullMarked;
