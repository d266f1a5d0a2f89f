package dev.stepweir.client;

import dev.stepweir.run.RunClaim;
import java.util.Optional;

/** What makes two submits the same one. */
public sealed interface Identity {

    /** Every submit is a run of its own. */
    record AlwaysUnique() implements Identity {}

    /**
     * A key is one run for as long as that run is kept. Submitting it again with the same workflow
     * and input answers with the run that there is; with others it is a conflict.
     *
     * @param key 1 to 256 characters that can be printed
     */
    record CallerProvided(String key) implements Identity {

        public CallerProvided {
            RunClaim.checkKey(key);
        }
    }

    /**
     * What is submitted twice is refused as a duplicate: the same key or, without one, the same
     * workflow with the same input.
     *
     * @param key as for {@link CallerProvided}
     */
    record Strict(Optional<String> key) implements Identity {

        public Strict {
            key.ifPresent(RunClaim::checkKey);
        }
    }

    static Identity alwaysUnique() {
        return new AlwaysUnique();
    }

    /** {@link CallerProvided}. */
    static Identity key(String key) {
        return new CallerProvided(key);
    }

    /** {@link Strict}: what is submitted is the key. */
    static Identity strict() {
        return new Strict(Optional.empty());
    }

    /** {@link Strict}, under a key. */
    static Identity strict(String key) {
        return new Strict(Optional.of(key));
    }
}
