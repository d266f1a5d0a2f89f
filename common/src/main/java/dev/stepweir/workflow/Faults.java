package dev.stepweir.workflow;

/** Where a rule puts what it finds wrong. */
@FunctionalInterface
interface Faults {

    /** Takes one fault; the parts are those of {@link Fault}. */
    void add(String field, String found, String allowed, String message);

    /** The same place for rules that name their fields relative to {@code path}. */
    default Faults under(String path) {
        return (field, found, allowed, message) -> add(path + "." + field, found, allowed, message);
    }
}
