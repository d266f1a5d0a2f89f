package dev.stepweir.run;

/**
 * Who holds a key that several runs share, as stored: {@code <run> <number>@<entry id> <step>}. The
 * dispatch is the lease: the claim ends when another one is current.
 */
public record KeyClaim(RunId run, Dispatch dispatch, String step) {

    public static KeyClaim parse(String text) {
        String[] parts = text.split(" ", 3);
        return new KeyClaim(new RunId(parts[0]), Dispatch.parse(parts[1]), parts[2]);
    }

    /** As stored. */
    public String text() {
        return run.text() + " " + dispatch + " " + step;
    }
}
