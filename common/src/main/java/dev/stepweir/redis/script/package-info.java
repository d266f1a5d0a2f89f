/**
 * The transitions: one Lua file per operation and one typed caller for each. Losing a race is an
 * outcome, never an exception.
 */
@NullMarked
package dev.stepweir.redis.script;

import org.jspecify.annotations.NullMarked;
