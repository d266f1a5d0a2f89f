/**
 * Commands that stay: {@code orchestrator}, {@code worker}, {@code reaper}, and {@code dev}, which
 * is all of them and Redis in one process.
 */
@NullMarked
package dev.stepweir.cli.role;

import org.jspecify.annotations.NullMarked;
