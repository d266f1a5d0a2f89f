package dev.stepweir.breaker;

/**
 * A breaker as people see it.
 *
 * @param parked steps that it holds back, in all partitions
 */
public record BreakerView(Breaker breaker, long parked) {}
