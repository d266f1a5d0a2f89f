/**
 * For what receives the effects of handlers: a ledger that applies an effect once per key, however
 * often it is asked for, and refuses executions that were given up. The engine itself does not need
 * it.
 */
@NullMarked
package dev.stepweir.effect;

import org.jspecify.annotations.NullMarked;
