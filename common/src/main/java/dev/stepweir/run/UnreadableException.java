package dev.stepweir.run;

/**
 * What is stored is not as this version writes it: it was written by another one, or damaged. The
 * doctor names the place. Such a run can still be cancelled and purged.
 */
public final class UnreadableException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;
    private static final int MOST_SHOWN = 200;

    UnreadableException(String what, String text, RuntimeException cause) {
        super(
                what
                        + " cannot be read: '"
                        + text.substring(0, Math.min(text.length(), MOST_SHOWN))
                        + "'",
                cause);
    }
}
