package dev.stepweir.redis.script;

import dev.stepweir.redis.Keys;

/**
 * Takes what is no parked step off the list of a dependency, and the dependency off the list of
 * those that have some when it has none.
 *
 * @param keys of the partition
 * @param member as it is listed; empty when only the dependency may be stale
 */
public record UnlistParked(Keys keys, String member, String dependency)
        implements Operation<UnlistParked.Outcome> {

    /** What became of it. */
    public enum Outcome {
        UNLISTED
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.UNLIST_PARKED)
                .key(keys.parked(dependency))
                .key(keys.parkedDependencies())
                .arg(member)
                .arg(dependency);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
