package dev.stepweir.orchestrator;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.QueueGroups;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ReleaseStep;
import dev.stepweir.redis.script.UnlistParked;
import dev.stepweir.run.HistoryEvent;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.ScoredValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps that breakers hold back, over all partitions. Thread-safe. */
final class ParkedSteps {

    private static final Logger LOG = LoggerFactory.getLogger(ParkedSteps.class);
    private static final int RUN_ID_LENGTH = 36;

    /** In place of the hash that a garbled head does not tell; no definition has it. */
    private static final String UNREADABLE = "unreadable";

    private final Redis redis;
    private final Definitions definitions;
    private final QueueGroups queues;
    private final RunReads reads;

    /**
     * One of them as it is listed.
     *
     * @param readyMillis when it was first ready
     */
    record Parked(Keys keys, String member, long readyMillis) {

        RunId run() {
            return new RunId(member.substring(0, Math.min(RUN_ID_LENGTH, member.length())));
        }

        String step() {
            return member.substring(RUN_ID_LENGTH + 1);
        }
    }

    ParkedSteps(Redis redis, Definitions definitions, QueueGroups queues) {
        this.redis = redis;
        this.definitions = definitions;
        this.queues = queues;
        this.reads = new RunReads(redis);
    }

    /** Those that were ready first, of all the partitions together. */
    List<Parked> oldest(String dependency, List<Keys> where, int most) {
        Map<Keys, CompletableFuture<List<ScoredValue<byte[]>>>> replies = new LinkedHashMap<>();
        for (Keys keys : where) {
            byte[] key = Bytes.of(keys.parked(dependency));
            replies.put(
                    keys,
                    redis.commands().zrangeWithScores(key, 0, most - 1).toCompletableFuture());
        }
        List<Parked> oldest = new ArrayList<>();
        replies.forEach((keys, reply) -> {
            List<ScoredValue<byte[]>> listed = RedisFutures.join(reply);
            if (listed.isEmpty()) {
                unlist(keys, "", dependency);
            }
            listed.forEach(one ->
                    oldest.add(
                            new Parked(keys, Bytes.text(one.getValue()), (long) one.getScore())));
        });
        oldest.sort(Comparator.comparingLong(Parked::readyMillis));
        return oldest.subList(0, Math.min(most, oldest.size()));
    }

    /** Publishes them, in their order. */
    List<ReleaseStep.Outcome> release(String dependency, List<Parked> some, long pass) {
        Map<Keys, List<Parked>> byPartition = new LinkedHashMap<>();
        some.forEach(
                one -> byPartition.computeIfAbsent(one.keys(), keys -> new ArrayList<>()).add(one));
        List<CompletableFuture<Object>> replies = new ArrayList<>();
        byPartition.forEach((keys, list) -> release(keys, dependency, list, pass, replies));
        List<ReleaseStep.Outcome> outcomes = new ArrayList<>();
        for (CompletableFuture<Object> reply : replies) {
            if (RedisFutures.join(reply) instanceof ReleaseStep.Outcome outcome) {
                outcomes.add(outcome);
            }
        }
        return outcomes;
    }

    private void release(
            Keys keys,
            String dependency,
            List<Parked> list,
            long pass,
            Collection<CompletableFuture<Object>> replies) {
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        List<Parked> readable = new ArrayList<>();
        for (Parked one : list) {
            try {
                wanted.computeIfAbsent(one.run(), run -> new ArrayList<>(List.of("head")))
                        .add(StepFields.state(one.step()));
                readable.add(one);
            } catch (IllegalArgumentException | IndexOutOfBoundsException garbled) {
                LOG.warn("removed from the parked steps: '{}'", one.member());
                unlist(keys, one.member(), dependency);
            }
        }
        Map<RunId, Map<String, String>> fields = reads.fields(keys, wanted);
        Set<String> hashes = new LinkedHashSet<>();
        fields.values().forEach(run -> hashes.add(hash(run)));
        hashes.remove("");
        Map<String, Definitions.Found> found = definitions.find(keys, hashes);
        for (Parked one : readable) {
            Map<String, String> run = fields.getOrDefault(one.run(), Map.of());
            String hash = hash(run);
            String field = run.getOrDefault(StepFields.state(one.step()), "");
            if (hash.isEmpty()) {
                StepAddress step = new StepAddress(one.run(), one.step(), "");
                replies.add(send(one, step, List.of(), field, dependency, pass));
            } else if (found.get(hash) instanceof Definitions.Known(Graph graph)
                    && graph.contains(one.step())) {
                List<String> inputs = graph.dependencies(one.step());
                // Unlisted it comes again with the reconciler, and keeps no other waiting.
                Refusals.readable(one.member(), () -> published(one, graph, field))
                        .ifPresentOrElse(
                                step ->
                                        replies.add(
                                                send(one, step, inputs, field, dependency, pass)),
                                () -> unlist(keys, one.member(), dependency));
            } else {
                LOG.warn("parked step '{}' has no usable head or definition", one.member());
                unlist(keys, one.member(), dependency);
            }
        }
    }

    /** Empty for a run that is gone. */
    private static String hash(Map<String, String> run) {
        String head = run.getOrDefault("head", "");
        try {
            return head.isEmpty() ? "" : RunHead.parse(head).workflowHash();
        } catch (IllegalArgumentException garbled) {
            return UNREADABLE;
        }
    }

    /** Where a step is to be published: there is a queue for it. */
    private StepAddress published(Parked one, Graph graph, String field) {
        StepField read = field.isEmpty() ? StepField.ABSENT : StepField.parse(field);
        String handler = graph.step(one.step()).handler();
        StepAddress step = StepAddress.of(one.run(), one.step(), handler, read.ledgers());
        queues.ensure(one.keys(), step);
        return step;
    }

    private CompletableFuture<Object> send(
            Parked one,
            StepAddress step,
            List<String> inputs,
            String field,
            String dependency,
            long pass) {
        String event =
                HistoryEvent.record(
                        HistoryEvent.RELEASED,
                        Map.of("step", one.step(), "dependency", dependency));
        ReleaseStep release =
                new ReleaseStep(one.keys(), step, field, inputs, dependency, pass, event);
        return Refusals.logged(step, release.runAsync(redis.scripts()));
    }

    private void unlist(Keys keys, String member, String dependency) {
        var unused = new UnlistParked(keys, member, dependency).run(redis.scripts());
    }
}
