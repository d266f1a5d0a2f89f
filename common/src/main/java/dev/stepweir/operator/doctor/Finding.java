package dev.stepweir.operator.doctor;

/**
 * Something that is wrong.
 *
 * @param partition where
 * @param about what it concerns: {@code <run>/<step>}, a run, a queue, ...
 * @param message a sentence for people, without what it concerns
 */
public record Finding(Ailment ailment, int partition, String about, String message) {}
