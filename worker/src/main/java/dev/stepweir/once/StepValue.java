package dev.stepweir.once;

import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a handler gives to be kept: JSON of at most {@value #MAX_BYTES} bytes and {@value
 * Json#MAX_VALUE_DEPTH} levels.
 */
public final class StepValue {

    /** Largest value in bytes. */
    public static final int MAX_BYTES = 2 * 1024 * 1024;

    private StepValue() {}

    /**
     * A value as it is stored.
     *
     * @param what it is, for people
     */
    public static byte[] encode(String what, @Nullable Object value) {
        byte[] json;
        try {
            json = Json.writeValue(value);
        } catch (RuntimeException e) {
            throw new PermanentStepException(
                    what + " cannot be written as JSON: " + e.getMessage());
        }
        if (json.length > MAX_BYTES) {
            throw new PermanentStepException(
                    what + " has " + json.length + " bytes, the limit is " + MAX_BYTES);
        }
        return json;
    }
}
