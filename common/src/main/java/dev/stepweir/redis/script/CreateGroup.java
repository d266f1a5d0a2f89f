package dev.stepweir.redis.script;

/**
 * Creates a stream's consumer group, and the stream, unless it is there.
 *
 * @param stream a queue's or the inbox's key
 * @param from the entry after which the group begins
 */
public record CreateGroup(String stream, String group, String from)
        implements Operation<CreateGroup.Outcome> {

    /** After whatever is in the stream already. */
    public static final String FROM_THE_END = "$";

    /** Before everything. */
    public static final String FROM_THE_BEGINNING = "0";

    /** What became of it. */
    public enum Outcome {
        CREATED,
        ALREADY
    }

    @Override
    public ScriptCall call() {
        return new ScriptCall(Script.CREATE_GROUP).key(stream).arg(group).arg(from);
    }

    @Override
    public Class<Outcome> outcomes() {
        return Outcome.class;
    }
}
