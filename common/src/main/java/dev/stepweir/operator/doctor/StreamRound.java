package dev.stepweir.operator.doctor;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.InfoReply;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.CreateGroup;
import dev.stepweir.redis.script.ListQueue;
import dev.stepweir.redis.script.Operation;
import java.util.ArrayList;
import java.util.List;

/**
 * Queues by their names, and the inbox by an empty one: each that was ever used has its stream and
 * its group, and the list of queues has each that is in use.
 */
final class StreamRound implements Round<String> {

    /** In place of a queue's name. */
    static final String INBOX = "";

    private final Partition partition;

    StreamRound(Partition partition) {
        this.partition = partition;
    }

    @Override
    public List<Suspect<String>> look(List<String> queues) {
        List<Suspect<String>> suspects = new ArrayList<>();
        for (String queue : queues) {
            if (queue.equals(INBOX)) {
                inbox(suspects);
            } else {
                queue(queue, suspects);
            }
        }
        return suspects;
    }

    private void queue(String queue, List<Suspect<String>> suspects) {
        Keys keys = partition.keys();
        var commands = partition.redis().commands();
        byte[] key = Bytes.of(keys.queue(queue));
        boolean listed =
                RedisFutures.join(commands.sismember(Bytes.of(keys.queues()), Bytes.of(queue)));
        boolean there = RedisFutures.join(commands.exists(key)) > 0;
        boolean used = there && RedisFutures.join(commands.xlen(key)) > 0;
        if (used && !listed) {
            suspects.add(
                    Suspect.of(
                            queue,
                            partition.finding(
                                    Ailment.UNLISTED_QUEUE,
                                    "queue " + queue,
                                    "has entries, and is not on the list of queues"),
                            "",
                            () -> new ListQueue(keys, queue).run(partition.redis().scripts())));
        }
        if (listed || used) {
            group(
                    queue,
                    "queue " + queue,
                    there,
                    new CreateGroup(keys.queue(queue), Keys.WORKER_GROUP, CreateGroup.FROM_THE_END),
                    suspects);
        }
    }

    /** An orchestrator makes its group when it starts; where queues are listed, there was one. */
    private void inbox(List<Suspect<String>> suspects) {
        Keys keys = partition.keys();
        var commands = partition.redis().commands();
        if (RedisFutures.join(commands.exists(Bytes.of(keys.queues()))) > 0) {
            group(
                    INBOX,
                    "inbox",
                    RedisFutures.join(commands.exists(Bytes.of(keys.inbox()))) > 0,
                    new CreateGroup(
                            keys.inbox(), Keys.ORCHESTRATOR_GROUP, CreateGroup.FROM_THE_BEGINNING),
                    suspects);
        }
    }

    private void group(
            String queue,
            String about,
            boolean there,
            CreateGroup create,
            List<Suspect<String>> suspects) {
        Operation<CreateGroup.Outcome> cure = create;
        if (!there) {
            suspects.add(
                    Suspect.of(
                            queue,
                            partition.finding(
                                    Ailment.LOST_STREAM, about, "its stream is not there"),
                            "",
                            () -> cure.run(partition.redis().scripts())));
        } else if (!hasGroup(create.stream(), create.group())) {
            suspects.add(
                    Suspect.of(
                            queue,
                            partition.finding(
                                    Ailment.LOST_GROUP,
                                    about,
                                    "its stream has no group '" + create.group() + "'"),
                            "",
                            () -> cure.run(partition.redis().scripts())));
        }
    }

    private boolean hasGroup(String stream, String group) {
        return InfoReply.items(
                        RedisFutures.join(
                                partition.redis().commands().xinfoGroups(Bytes.of(stream))))
                .stream()
                .anyMatch(found -> group.equals(found.get("name")));
    }
}
