package dev.stepweir.operator.explain;

/** Numbers in sentences. */
final class Sentences {

    private Sentences() {}

    static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    static String alive(long number, String what) {
        return switch ((int) Math.min(number, 2)) {
            case 0 -> "no " + what + " is alive";
            case 1 -> "1 " + what + " is alive";
            default -> number + " " + what + "s are alive";
        };
    }
}
