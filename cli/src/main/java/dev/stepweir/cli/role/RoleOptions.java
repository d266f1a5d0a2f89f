package dev.stepweir.cli.role;

import picocli.CommandLine.Option;

/** What every role understands. */
final class RoleOptions {

    @Option(
            names = "--accept-risk",
            description = "Start even if the server's settings may lose runs (see 'doctor').")
    private boolean acceptRisk;

    boolean acceptRisk() {
        return acceptRisk;
    }
}
