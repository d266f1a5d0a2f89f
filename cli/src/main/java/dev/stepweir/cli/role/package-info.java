/**
 * Commands that stay: {@code orchestrator}, {@code worker}, {@code reaper}, {@code redis} for a
 * server of their own, and {@code dev}, which is all of them in one process.
 */
@NullMarked
package dev.stepweir.cli.role;

import org.jspecify.annotations.NullMarked;
