/**
 * Proofs of what is promised when things break: real roles against a real Redis, with crashes, lost
 * replies, lost streams, a full or restarted server, and a witness outside the engine.
 */
@NullMarked
package dev.stepweir.proof;

import org.jspecify.annotations.NullMarked;
