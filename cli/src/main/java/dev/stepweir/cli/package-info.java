/**
 * The {@code stepweir} command: one picocli root, and a class for each noun and verb under it. It
 * only parses, calls the other modules and prints; nothing is decided here.
 */
@NullMarked
package dev.stepweir.cli;

import org.jspecify.annotations.NullMarked;
