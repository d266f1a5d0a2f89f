/**
 * The processes and what waits for them: {@code workers}, {@code queues}, {@code health}, {@code
 * doctor}.
 */
@NullMarked
package dev.stepweir.cli.fleet;

import org.jspecify.annotations.NullMarked;
