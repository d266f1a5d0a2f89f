/**
 * JSON as every process of Stepweir reads and writes it: one strict mapper, plain immutable values,
 * and documents whose every value knows its line and column.
 */
@NullMarked
package dev.stepweir.json;

import org.jspecify.annotations.NullMarked;
