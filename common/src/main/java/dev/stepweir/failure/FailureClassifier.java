package dev.stepweir.failure;

/**
 * Says what kind of failure an attempt ended in. Called for every failure, on the handler's thread
 * or, when its time is up, on another; must be thread-safe and must not block. What it throws is
 * logged, and the failure counts as {@link FailureCategory#UNKNOWN}.
 */
@FunctionalInterface
public interface FailureClassifier {

    Classification classify(Throwable thrown, FailedAttempt attempt);
}
