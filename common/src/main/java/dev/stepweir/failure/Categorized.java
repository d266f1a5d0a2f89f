package dev.stepweir.failure;

/** An exception that knows its category: what it says goes before everything else. */
public interface Categorized {

    FailureCategory category();
}
