package dev.stepweir.worker;

/** A worker cannot start: another one started under its name meanwhile, and has taken its place. */
public final class SupersededException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SupersededException(String worker) {
        super(
                "worker '"
                        + worker
                        + "' did not start: another one started under its name meanwhile; if both"
                        + " are meant to run, give them different names");
    }
}
