package dev.stepweir.redis;

import dev.stepweir.redis.RedisKey.Kind;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.util.regex.Pattern;

/**
 * Names every key. All keys of a partition have the shape {@code sw:{namespace:partition}:...}: the
 * braces are the hash tag, so a partition lives in one slot of a cluster and a script may touch any
 * of its keys. Namespaces are restricted, and text from users only ever follows the tag, so nobody
 * can break out of it.
 */
public record Keys(String namespace, int partition) {

    /** The consumer group of workers on every queue. */
    public static final String WORKER_GROUP = "workers";

    /** The consumer group of orchestrators on every inbox. */
    public static final String ORCHESTRATOR_GROUP = "orchestrators";

    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    public Keys {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException(
                    "namespace must be 1 to 63 of a-z 0-9 . _ - and begin with a letter or digit,"
                            + " found '"
                            + namespace
                            + "'");
        }
        if (partition < 0 || partition >= RunId.MAX_PARTITIONS) {
            throw new IllegalArgumentException("partition must be in 0..4095, found " + partition);
        }
    }

    /** The same namespace, another partition. */
    public Keys in(int otherPartition) {
        return new Keys(namespace, otherPartition);
    }

    /** The partition that the run lives in. */
    public Keys of(RunId run) {
        return in(run.partition());
    }

    /** What every key of the partition begins with. */
    public String prefix() {
        return key("");
    }

    private String key(String rest) {
        return "sw:{" + namespace + ":" + partition + "}:" + rest;
    }

    @RedisKey(
            as = Kind.HASH,
            what = "What was fixed when the namespace was created: how many partitions it has",
            once = true)
    public String namespaceRecord() {
        return key("namespace");
    }

    @RedisKey(
            as = Kind.HASH,
            what =
                    "Everything about one run: head, times, input, and per step its state, "
                            + "output and last error")
    public String run(RunId run) {
        return runPrefix() + run.text();
    }

    /** What precedes a run's id in {@link #run}. */
    public String runPrefix() {
        return key("run:");
    }

    @RedisKey(
            as = Kind.LIST,
            what = "What happened to a run besides its steps' results, one line each")
    public String history(RunId run) {
        return key("history:") + run.text();
    }

    @RedisKey(
            as = Kind.STRING,
            what = "Who resumes the run at the moment, with a token; lapses when its holder died")
    public String resumeLock(RunId run) {
        return key("resume-lock:") + run.text();
    }

    @RedisKey(as = Kind.STRING, what = "A value of the run too large for a field of its hash")
    public String blob(RunId run, String field) {
        return key("blob:") + run.text() + ":" + field;
    }

    @RedisKey(
            as = Kind.STRING,
            what = "To which run a caller's key belongs: run, definition, hash of the input")
    public String callerKey(String key) {
        return key("run-key:") + key;
    }

    @RedisKey(as = Kind.HASH, what = "An effect in a receiver's ledger, and the highest token seen")
    public String effect(String key) {
        return key("effect:") + key;
    }

    @RedisKey(
            as = Kind.HASH,
            what =
                    "A key that steps of several runs share: who holds it, and the result once "
                            + "there is one")
    public String sharedKey(String key) {
        return key("shared:") + key;
    }

    @RedisKey(as = Kind.SORTED_SET, what = "Runs that are not closed, by time of submission")
    public String openRuns() {
        return key("open");
    }

    @RedisKey(as = Kind.SORTED_SET, what = "Runs that completed, by time of closing")
    public String completedRuns() {
        return key("completed");
    }

    @RedisKey(as = Kind.SORTED_SET, what = "Runs that dead steps block, by time of closing")
    public String failedRuns() {
        return key("failed");
    }

    @RedisKey(as = Kind.SORTED_SET, what = "Runs ended by an operator, by time of closing")
    public String cancelledRuns() {
        return key("cancelled");
    }

    /** The sorted set that lists the runs of a state. */
    public String runsIn(RunState state) {
        return switch (state) {
            case SUBMITTED, RUNNING, PAUSED -> openRuns();
            case COMPLETED -> completedRuns();
            case FAILED -> failedRuns();
            case CANCELLED -> cancelledRuns();
        };
    }

    @RedisKey(
            as = Kind.HASH,
            what = "One definition, by content hash, and how many stored runs use it")
    public String workflow(String hash) {
        return key("workflow:") + hash;
    }

    @RedisKey(as = Kind.STREAM, what = "The orchestrators' doorbell: runs to start or to settle")
    public String inbox() {
        return key("inbox");
    }

    @RedisKey(
            as = Kind.STREAM,
            what =
                    "What the workers of one handler read; the consumer group's pending list "
                            + "holds the leases")
    public String queue(String name) {
        return key("queue:") + name;
    }

    @RedisKey(as = Kind.SET, what = "The names of the partition's queues")
    public String queues() {
        return key("queues");
    }

    @RedisKey(
            as = Kind.HASH,
            what = "The queues that an operator holds up: since when, by whom, why",
            once = true)
    public String pausedQueues() {
        return key("paused-queues");
    }

    @RedisKey(
            as = Kind.SORTED_SET,
            what = "Steps, and runs as a whole, that wait, and the deadlines of runs, by due time")
    public String timers() {
        return key("timers");
    }

    @RedisKey(
            as = Kind.SORTED_SET,
            what = "Steps that a dependency's breaker holds back, by when they were first ready")
    public String parked(String dependency) {
        return key("parked:") + dependency;
    }

    @RedisKey(as = Kind.SET, what = "The dependencies that have parked steps in the partition")
    public String parkedDependencies() {
        return key("parked-dependencies");
    }

    @RedisKey(
            as = Kind.HASH,
            what = "The circuit breakers that have something to remember, by dependency",
            once = true)
    public String breakers() {
        return key("breakers");
    }

    @RedisKey(as = Kind.CHANNEL, what = "Dependencies whose breaker moved, for the workers")
    public String breakerChannel() {
        return key("breaker-moves");
    }

    @RedisKey(as = Kind.STREAM, what = "The dead letters, one entry each")
    public String deadLetters() {
        return key("dlq");
    }

    @RedisKey(as = Kind.HASH, what = "The id of each dead letter, and its entry in the stream")
    public String letterIndex() {
        return key("letters");
    }

    @RedisKey(
            as = Kind.SORTED_SET,
            what =
                    "Each worker's last heartbeat, its start before the first;"
                            + " 0 once another has taken its name")
    public String workerBeats() {
        return key("workers");
    }

    @RedisKey(as = Kind.HASH, what = "Each worker's description", once = true)
    public String workerRecords() {
        return key("worker-records");
    }

    @RedisKey(as = Kind.HASH, what = "The last epoch of each name that workers start under")
    public String workerNames() {
        return key("worker-names");
    }

    @RedisKey(
            as = Kind.HASH,
            what = "Every handler that a worker ever had, and when one last started with it",
            once = true)
    public String handlers() {
        return key("handlers");
    }

    @RedisKey(
            as = Kind.HASH,
            what =
                    "When a reaper last looked at the partition, on which server, until when "
                            + "leases have grace, and how long they are")
    public String reaper() {
        return key("reaper");
    }

    @RedisKey(
            as = Kind.SORTED_SET,
            what = "The last sign of life of each role process",
            once = true)
    public String roleBeats() {
        return key("roles");
    }

    @RedisKey(as = Kind.CHANNEL, what = "Runs that were cancelled or are too late, for the workers")
    public String cancelChannel() {
        return key("cancels");
    }

    @RedisKey(
            as = Kind.CHANNEL,
            what = "Queues that were paused or resumed, for the workers",
            once = true)
    public String pauseChannel() {
        return key("pauses");
    }

    @RedisKey(as = Kind.CHANNEL, what = "Runs that closed, for one waiting client")
    public String clientChannel(String client) {
        return key("client:") + client;
    }
}
