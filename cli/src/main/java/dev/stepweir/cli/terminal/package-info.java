/**
 * What every command shares: where Redis is, how results are printed, and how a failure becomes one
 * sentence and an exit code.
 */
@NullMarked
package dev.stepweir.cli.terminal;

import org.jspecify.annotations.NullMarked;
