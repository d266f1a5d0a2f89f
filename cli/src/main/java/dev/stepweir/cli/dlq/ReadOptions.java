package dev.stepweir.cli.dlq;

import dev.stepweir.run.DeadLetter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For commands that change nothing, and so keep no reason for what they do. */
final class ReadOptions extends LetterOptions {

    @Option(names = "--reason", paramLabel = "REASON", description = "The same as --died-of.")
    private DeadLetter.@Nullable Reason reason;

    @Override
    DeadLetter.@Nullable Reason reason() {
        return reason == null ? super.reason() : reason;
    }
}
