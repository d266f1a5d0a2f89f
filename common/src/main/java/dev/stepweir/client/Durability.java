package dev.stepweir.client;

/** What happens to a run that was just accepted if Redis itself dies now. */
public enum Durability {
    /** It is lost: Redis writes nothing to disk. */
    NONE,
    /** It survives, unless Redis dies within the next two seconds. */
    AOF_EVERYSEC,
    /** It survives. */
    AOF_ALWAYS,
    /** Redis does not let this client read its configuration. */
    UNKNOWN
}
