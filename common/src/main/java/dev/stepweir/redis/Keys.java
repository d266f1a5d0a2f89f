package dev.stepweir.redis;

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

    private String key(String rest) {
        return "sw:{" + namespace + ":" + partition + "}:" + rest;
    }

    /** Hash, partition 0 only: what was fixed when the namespace was created. */
    public String namespaceRecord() {
        return key("namespace");
    }

    /** Hash: everything about one run. */
    public String run(RunId run) {
        return runPrefix() + run.text();
    }

    /** What precedes a run's id in {@link #run}. */
    public String runPrefix() {
        return key("run:");
    }

    /** List: what happened to a run besides its steps' results. */
    public String history(RunId run) {
        return key("history:") + run.text();
    }

    /** String: a value of the run too large for a field of its hash. */
    public String blob(RunId run, String field) {
        return key("blob:") + run.text() + ":" + field;
    }

    /** Sorted set by time of submission: runs that are not closed. */
    public String openRuns() {
        return key("open");
    }

    /** Sorted set by time of closing: runs that completed. */
    public String completedRuns() {
        return key("completed");
    }

    /** Sorted set by time of closing: runs that dead steps block. */
    public String failedRuns() {
        return key("failed");
    }

    /** Sorted set by time of closing: runs ended by an operator. */
    public String cancelledRuns() {
        return key("cancelled");
    }

    /** The sorted set that lists the runs of a state. */
    public String runsIn(RunState state) {
        return switch (state) {
            case SUBMITTED, RUNNING -> openRuns();
            case COMPLETED -> completedRuns();
            case FAILED -> failedRuns();
            case CANCELLED -> cancelledRuns();
        };
    }

    /** Hash: one definition, by content hash, and how many stored runs use it. */
    public String workflow(String hash) {
        return key("workflow:") + hash;
    }

    /** Stream: the orchestrators' doorbell. */
    public String inbox() {
        return key("inbox");
    }

    /** Stream: what the workers of one handler read. */
    public String queue(String name) {
        return key("queue:") + name;
    }

    /** Set: the names of the partition's queues. */
    public String queues() {
        return key("queues");
    }

    /** Sorted set by due time: steps that wait. */
    public String timers() {
        return key("timers");
    }

    /** Stream: the dead letters. */
    public String deadLetters() {
        return key("dlq");
    }

    /** Hash: id of each dead letter to its entry in {@link #deadLetters}. */
    public String letterIndex() {
        return key("letters");
    }

    /** Sorted set: each worker's last heartbeat. */
    public String workerBeats() {
        return key("workers");
    }

    /** Hash, partition 0 only: each worker's description. */
    public String workerRecords() {
        return key("worker-records");
    }

    /** Hash: when a reaper last looked at the partition, and until when leases have grace. */
    public String reaper() {
        return key("reaper");
    }

    /** Sorted set, partition 0 only: last sign of life of each role process. */
    public String roleBeats() {
        return key("roles");
    }

    /** Channel: runs that were cancelled, for the workers. */
    public String cancelChannel() {
        return key("cancels");
    }

    /** Channel: runs that closed, for one waiting client. */
    public String clientChannel(String client) {
        return key("client:") + client;
    }
}
