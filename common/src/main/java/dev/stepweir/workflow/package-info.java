/**
 * The workflow model: what a definition says, whether it is right, and how it is read from YAML,
 * JSON or Java. Everything here is immutable and knows nothing of runs or of Redis.
 */
@NullMarked
package dev.stepweir.workflow;

import org.jspecify.annotations.NullMarked;
