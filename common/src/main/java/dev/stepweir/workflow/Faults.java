package dev.stepweir.workflow;

import java.time.Duration;

/** Where a rule puts what it finds wrong. */
@FunctionalInterface
interface Faults {

    /** Takes one fault; the parts are those of {@link Fault}. */
    void add(String field, String found, String allowed, String message);

    /** The same place for rules that name their fields relative to {@code path}. */
    default Faults under(String path) {
        return (field, found, allowed, message) -> add(path + "." + field, found, allowed, message);
    }

    /** Adds what is wrong with a length of time; times are kept in whole milliseconds. */
    default void checkTime(String field, Duration time, Duration least) {
        Duration most = RetryPolicy.LONGEST;
        String allowed = least.toMillis() + " ms to " + most.toMillis() + " ms (30 days)";
        if (time.isNegative()) {
            add(field, shown(time), allowed, "must not be negative");
        } else if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
            add(field, shown(time), allowed, "is out of range");
        } else if (time.toNanosPart() % 1_000_000 != 0) {
            add(field, shown(time), "whole milliseconds", "is too fine");
        }
    }

    private static String shown(Duration time) {
        boolean exact = time.toNanosPart() % 1_000_000 == 0 && time.abs().toDays() < 1_000_000;
        return exact ? time.toMillis() + " ms" : time.toString();
    }
}
