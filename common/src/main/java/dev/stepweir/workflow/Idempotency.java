package dev.stepweir.workflow;

import dev.stepweir.json.Json;
import java.time.Duration;

/**
 * Says that a step with the same input is executed once for all runs: who comes later gets the
 * result of who came first.
 *
 * @param key what is executed once; together with the hash of the step's input it is the key that
 *     runs share. 1 to 200 characters that can be printed
 * @param ttl how long the result is remembered; 1 s to 30 days
 */
public record Idempotency(String key, Duration ttl) {

    public static final int MAX_KEY = 200;
    public static final Duration DEFAULT_TTL = Duration.ofDays(1);
    static final Duration MIN_TTL = Duration.ofSeconds(1);
    static final Duration MAX_TTL = Duration.ofDays(30);

    public Idempotency {
        check(
                key,
                ttl,
                (field, found, allowed, message) -> {
                    throw new IllegalArgumentException(
                            "idempotency.%s %s: found %s, allowed: %s"
                                    .formatted(field, message, found, allowed));
                });
    }

    /** The key that runs share, for one input. */
    public String keyFor(String inputHash) {
        return key + ":" + inputHash;
    }

    static void check(String key, Duration ttl, Faults faults) {
        boolean readable =
                !key.isBlank()
                        && key.length() <= MAX_KEY
                        && Json.wellFormed(key)
                        && key.chars().noneMatch(Character::isISOControl);
        if (!readable) {
            faults.add(
                    "key",
                    key.length() > MAX_KEY ? key.length() + " characters" : Names.quoted(key),
                    "1 to " + MAX_KEY + " characters that can be printed",
                    "is no key");
        }
        if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0 || ttl.toNanosPart() != 0) {
            faults.add("ttl", ttl.toString(), "whole seconds, 1 to 2592000", "is out of range");
        }
    }
}
