package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.ConsumerRound.Member;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.InfoReply;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisTime;
import dev.stepweir.redis.script.ForgetConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Consumers that hold nothing and whose process has been silent for long. Those that hold something
 * are the reapers' business: what is pending is lost with its consumer.
 */
final class ConsumerRound implements Round<Member> {

    private final Partition partition;
    private final Duration silence;

    /** A consumer of a stream's group. */
    record Member(String stream, String group, String name) {}

    /**
     * A round.
     *
     * @param silence time without a sign of life after which a consumer is a ghost
     */
    ConsumerRound(Partition partition, Duration silence) {
        this.partition = partition;
        this.silence = silence;
    }

    /** Every consumer of a group; none if the stream or the group is not there. */
    List<Member> of(String stream, String group) {
        return consumers(stream, group).keySet().stream()
                .map(name -> new Member(stream, group, name))
                .toList();
    }

    private Map<String, Map<String, String>> consumers(String stream, String group) {
        List<Object> reply =
                partition
                        .each(
                                List.of(stream),
                                key ->
                                        partition
                                                .redis()
                                                .commands()
                                                .xinfoConsumers(Bytes.of(key), Bytes.of(group))
                                                .toCompletableFuture())
                        .getOrDefault(stream, List.of());
        Map<String, Map<String, String>> consumers = new LinkedHashMap<>();
        for (Map<String, String> consumer : InfoReply.items(reply)) {
            consumers.put(consumer.getOrDefault("name", ""), consumer);
        }
        return consumers;
    }

    @Override
    public List<Suspect<Member>> look(List<Member> members) {
        Set<String> names = new LinkedHashSet<>();
        members.forEach(member -> names.add(member.name()));
        Map<String, Double> beats = partition.scores(partition.keys().workerBeats(), names);
        long now = RedisTime.millis(partition.redis());
        Map<String, Map<String, Map<String, String>>> streams = new LinkedHashMap<>();
        List<Suspect<Member>> suspects = new ArrayList<>();
        for (Member member : members) {
            Map<String, String> consumer =
                    streams.computeIfAbsent(
                                    member.stream(), stream -> consumers(stream, member.group()))
                            .get(member.name());
            double beat = beats.getOrDefault(member.name(), 0.0);
            if (consumer != null
                    && consumer.getOrDefault("pending", "").equals("0")
                    && Long.parseLong(consumer.getOrDefault("idle", "0")) > silence.toMillis()
                    && now - beat > silence.toMillis()) {
                suspects.add(ghost(member));
            }
        }
        return suspects;
    }

    private Suspect<Member> ghost(Member member) {
        // Orchestrators have no beat there: that they read counts.
        boolean worker = member.group().equals(Keys.WORKER_GROUP);
        String place = member.stream().substring(partition.keys().prefix().length());
        return Suspect.of(
                member,
                partition.finding(
                        Ailment.GHOST_CONSUMER,
                        place + " " + member.name(),
                        "holds nothing, and has been silent for more than "
                                + silence.toSeconds()
                                + " s"),
                "",
                () ->
                        new ForgetConsumer(
                                        partition.keys(),
                                        member.stream(),
                                        member.group(),
                                        member.name(),
                                        worker ? silence : Duration.ZERO)
                                .run(partition.redis().scripts()));
    }
}
