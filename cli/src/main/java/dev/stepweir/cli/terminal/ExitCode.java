package dev.stepweir.cli.terminal;

/** The exit codes of all commands. */
public enum ExitCode {
    OK(0, "done; a run that was waited for completed"),
    FAILED(1, "a run that was waited for failed, a check failed, or something unexpected"),
    BAD_INPUT(2, "the command line, a definition or an input is wrong"),
    CANCELLED(3, "a run that was waited for was cancelled"),
    CONFLICT(4, "there is no such thing, or its state does not allow it"),
    NO_REDIS(5, "Redis cannot be reached, or refuses the password"),
    TIMED_OUT(6, "waiting took too long; the run goes on"),
    REFUSED(7, "Redis is nearly full and accepts no runs"),
    SUPERSEDED(8, "another worker has started under the name of this one");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    public String meaning() {
        return meaning;
    }
}
