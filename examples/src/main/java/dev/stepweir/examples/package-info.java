/**
 * What a project on Stepweir looks like: handlers that a {@code HandlerProvider} brings to the
 * workers, records for what flows between steps, and a workflow written in Java. The definitions
 * beside this module's {@code src} use them.
 */
@NullMarked
package dev.stepweir.examples;

import org.jspecify.annotations.NullMarked;
