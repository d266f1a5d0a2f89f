/**
 * Work that goes on for as long as a process lives: a unit of work that can be called, and a loop
 * that knows nothing about it.
 */
@NullMarked
package dev.stepweir.duty;

import org.jspecify.annotations.NullMarked;
