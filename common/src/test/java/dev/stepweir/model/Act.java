package dev.stepweir.model;

import dev.stepweir.redis.script.Script;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** One operation of the model: an operation of the product, or something that befalls it. */
interface Act {

    /** Does it to somebody in this world, or finds nobody to do it to. */
    Optional<Deed> perform(World world, RandomGenerator random);

    /** The script that it calls; empty for what is not the product's doing. */
    default Optional<Script> script() {
        return Optional.empty();
    }

    /** The outcomes that a long play must have seen. */
    default Set<String> outcomes() {
        return Set.of();
    }

    default String name() {
        return getClass().getSimpleName();
    }
}
