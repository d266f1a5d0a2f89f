package dev.stepweir.redis.script;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.StoredValue;
import dev.stepweir.run.RunClaim;
import dev.stepweir.run.RunId;

/**
 * Accepts a run.
 *
 * @param keys of any partition of the namespace
 * @param hash content hash of the definition
 * @param definition canonical JSON, or empty when the partition is believed to have it
 * @param name the workflow's name
 * @param input JSON
 * @param watch channel to tell when the run closes, or empty
 * @param claim the caller's key, if there is one
 */
public record SubmitRun(
        Keys keys,
        RunId runId,
        String hash,
        byte[] definition,
        String name,
        byte[] input,
        String watch,
        Claim claim)
        implements Operation<SubmitRun.Outcome> {

    /**
     * A key under which the run can be submitted once.
     *
     * @param key the caller's, or empty for none
     * @param inputHash what tells the run's input from another
     */
    public record Claim(String key, String inputHash) {

        public static final Claim NONE = new Claim("", "");
    }

    /** A run without a caller's key. */
    public SubmitRun(
            Keys keys,
            RunId runId,
            String hash,
            byte[] definition,
            String name,
            byte[] input,
            String watch) {
        this(keys, runId, hash, definition, name, input, watch, Claim.NONE);
    }

    /** What became of it. */
    public enum Outcome {
        ACCEPTED,
        /** The same run was accepted before. */
        ALREADY,
        /** The id belongs to a run of another definition. */
        CONFLICT,
        /** The caller's key belongs to another run. */
        KEY_TAKEN,
        /** Send it again with the definition. */
        UNKNOWN_WORKFLOW
    }

    @Override
    public ScriptCall call() {
        Keys own = keys.of(runId);
        boolean inline = StoredValue.isInline(input);
        return new ScriptCall(Script.SUBMIT_RUN)
                .key(own.run(runId))
                .key(own.openRuns())
                .key(own.inbox())
                .key(own.workflow(hash))
                .key(own.blob(runId, "input"))
                .key(own.callerKey(claim.key()))
                .arg(runId.text())
                .arg(hash)
                .arg(definition)
                .arg(name)
                .arg(inline ? StoredValue.inline(input) : StoredValue.reference())
                .arg(inline ? Bytes.EMPTY : input)
                .arg(watch)
                .arg(claim.key())
                .arg(new RunClaim(runId, hash, claim.inputHash()).text());
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
