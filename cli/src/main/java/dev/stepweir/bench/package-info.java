/**
 * The benchmark: how fast Stepweir runs no-op steps, beside the <em>floor</em>, which is the same
 * protocol written directly on the Redis client without any product code. Both run against the same
 * server, with the same partitions and connections, in turns, so that their ratio survives a noisy
 * machine. {@link dev.stepweir.bench.BenchCommand} is the only door.
 */
@NullMarked
package dev.stepweir.bench;

import org.jspecify.annotations.NullMarked;
