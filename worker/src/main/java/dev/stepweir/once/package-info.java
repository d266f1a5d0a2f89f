/**
 * What keeps a handler's work from being done twice: a journal of what it did by name, and keys
 * that steps of several runs share. Used by the worker around a handler; steps that use neither do
 * not come here.
 */
@NullMarked
package dev.stepweir.once;

import org.jspecify.annotations.NullMarked;
