package dev.stepweir.operator.doctor;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks for some ailments.
 *
 * @param <T> what it looks at
 */
@FunctionalInterface
interface Round<T> {

    /**
     * What looks wrong with some of them, at most a page. Only reads. What is gone by now is not
     * looked at.
     */
    List<Suspect<T>> look(List<T> subjects);

    /**
     * Something that looks wrong.
     *
     * @param subject what to look at again
     * @param evidence what was stored when it was seen: whoever moves what it concerns changes
     *     this, so that the same evidence at two looks means that nothing moved between them
     * @param cure repairs it, by a script that looks again, and says what became of it
     */
    record Suspect<T>(T subject, Finding finding, String evidence, Optional<Supplier<?>> cure) {

        static <T> Suspect<T> of(T subject, Finding finding, String evidence, Supplier<?> cure) {
            return new Suspect<>(subject, finding, evidence, Optional.of(cure));
        }

        /** One that only a person can repair. */
        static <T> Suspect<T> incurable(T subject, Finding finding, String evidence) {
            return new Suspect<>(subject, finding, evidence, Optional.empty());
        }

        /** Whether another look saw the same, and nothing moved in between. */
        boolean isAmong(List<Suspect<T>> others) {
            return others.stream()
                    .anyMatch(other ->
                            other.finding.equals(finding) && other.evidence.equals(evidence));
        }

        /** Whether another look tells of the same fault, on whatever evidence. */
        boolean isStillAmong(List<Suspect<T>> others) {
            return others.stream()
                    .anyMatch(other ->
                            other.finding.ailment() == finding.ailment()
                                    && other.finding.about().equals(finding.about()));
        }
    }
}
