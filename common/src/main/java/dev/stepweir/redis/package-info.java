/**
 * The one door to Redis: every key's name, connections, and how a run is stored. Nobody else writes
 * a key or opens a connection.
 */
@NullMarked
package dev.stepweir.redis;

import org.jspecify.annotations.NullMarked;
