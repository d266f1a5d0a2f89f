package dev.stepweir.operator.doctor;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerReads;
import dev.stepweir.breaker.BreakerState;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.ReleaseStep;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.StepState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is listed as parked by one breaker: each member is a parked step. A breaker that lets steps
 * through takes the others off the list by itself.
 */
final class ParkedRound implements Round<String> {

    private final Partition partition;
    private final String dependency;

    ParkedRound(Partition partition, String dependency) {
        this.partition = partition;
        this.dependency = dependency;
    }

    @Override
    public List<Suspect<String>> look(List<String> members) {
        Breaker breaker =
                RedisFutures.join(BreakerReads.all(partition.redis(), partition.keys()))
                        .getOrDefault(dependency, Breaker.closed(dependency));
        if (breaker.state() != BreakerState.OPEN && breaker.state() != BreakerState.FORCED_OPEN) {
            return List.of();
        }
        Map<String, Double> there = partition.scores(partition.keys().parked(dependency), members);
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        for (String member : there.keySet()) {
            Partition.run(member)
                    .ifPresent(run ->
                            wanted.computeIfAbsent(run, one -> new ArrayList<>(List.of("head")))
                                    .add(StepFields.state(step(member))));
        }
        Map<RunId, Map<String, String>> runs = partition.fields(wanted);
        List<Suspect<String>> suspects = new ArrayList<>();
        for (String member : there.keySet()) {
            Optional<RunId> run = Partition.run(member);
            Optional<Map<String, String>> fields = run.map(runs::get);
            if (run.isEmpty() || step(member).isEmpty()) {
                suspects.add(orphan(member, "", () -> remove(member)));
            } else if (fields.isPresent()) {
                String text = fields.get().getOrDefault(StepFields.state(step(member)), "");
                if (!text.startsWith(StepState.PARKED + " ") && Partition.isReadable(text)) {
                    StepAddress step = new StepAddress(run.get(), step(member), "");
                    suspects.add(orphan(member, breaker.epoch() + text, () -> release(step, text)));
                }
            }
        }
        return suspects;
    }

    private static String step(String member) {
        return member.length() > Partition.RUN_LENGTH + 1
                ? member.substring(Partition.RUN_LENGTH + 1)
                : "";
    }

    private Suspect<String> orphan(String member, String evidence, Supplier<?> cure) {
        return Suspect.of(
                member,
                partition.finding(
                        Ailment.ORPHAN_PARKED,
                        "parked " + member,
                        "is listed by the breaker of '" + dependency + "', and is not parked"),
                evidence,
                cure);
    }

    /** Of a step that is not parked it only removes the listing. */
    private Object release(StepAddress step, String text) {
        return new ReleaseStep(partition.keys(), step, text, List.of(), dependency, 0, "")
                .run(partition.redis().scripts());
    }

    private Object remove(String member) {
        return "REMOVED "
                + RedisFutures.join(
                        partition
                                .redis()
                                .commands()
                                .zrem(
                                        Bytes.of(partition.keys().parked(dependency)),
                                        Bytes.of(member)));
    }
}
