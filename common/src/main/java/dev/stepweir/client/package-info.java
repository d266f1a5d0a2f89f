/**
 * For programs that start runs and look after them: submit, await, show, cancel, list, redrive. The
 * door is {@link dev.stepweir.client.StepweirClient}. Nothing here executes or decides anything; a
 * change is always one script, and losing a race is an answer.
 */
@NullMarked
package dev.stepweir.client;

import org.jspecify.annotations.NullMarked;
