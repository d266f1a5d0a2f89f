package dev.stepweir.operator;

import dev.stepweir.run.Dispatch;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of an attempt as workers write it: {@code <number>@<entry id> <worker> <millis>}.
 *
 * @param at by the worker's clock
 */
record Begun(Dispatch dispatch, String worker, Instant at) {

    static Optional<Begun> parse(@Nullable Object text) {
        if (!(text instanceof String line)) {
            return Optional.empty();
        }
        String[] tokens = line.split(" ");
        if (tokens.length != 3) {
            return Optional.empty();
        }
        return Optional.of(
                new Begun(
                        Dispatch.parse(tokens[0]),
                        tokens[1],
                        Instant.ofEpochMilli(Long.parseLong(tokens[2]))));
    }
}
