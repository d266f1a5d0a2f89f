package dev.stepweir.operator.doctor;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.RelistRun;
import dev.stepweir.run.RunId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The lists of runs: each member is the id of a run that exists. */
final class ListRound implements Round<String> {

    private final Partition partition;
    private final String list;

    /**
     * A round.
     *
     * @param list key of a sorted set
     */
    ListRound(Partition partition, String list) {
        this.partition = partition;
        this.list = list;
    }

    @Override
    public List<Suspect<String>> look(List<String> members) {
        // A run and its listing go at the same moment, so the listing is looked at last.
        Set<RunId> wanted = new LinkedHashSet<>();
        members.forEach(member -> Partition.run(member).ifPresent(wanted::add));
        Map<RunId, Long> runs = partition.each(wanted, this::exists);
        Map<String, Double> there = partition.scores(list, members);
        List<Suspect<String>> suspects = new ArrayList<>();
        for (String member : members) {
            Optional<RunId> run = Partition.run(member).filter(one -> one.text().equals(member));
            boolean gone = run.map(runs::get).filter(exists -> exists == 0).isPresent();
            if (there.containsKey(member) && (gone || run.isEmpty())) {
                suspects.add(stray(member, run));
            }
        }
        return suspects;
    }

    private CompletableFuture<Long> exists(RunId run) {
        return partition
                .redis()
                .commands()
                .exists(Bytes.of(partition.keys().run(run)))
                .toCompletableFuture();
    }

    private Suspect<String> stray(String member, Optional<RunId> run) {
        String name = list.substring(partition.keys().prefix().length());
        return Suspect.of(
                member,
                partition.finding(
                        Ailment.RUN_MISLISTED, member, "is listed as " + name + ", and is no run"),
                "",
                () ->
                        run.isPresent()
                                ? new RelistRun(partition.keys(), run.get())
                                        .run(partition.redis().scripts())
                                : remove(member));
    }

    private Object remove(String member) {
        return "REMOVED "
                + RedisFutures.join(
                        partition.redis().commands().zrem(Bytes.of(list), Bytes.of(member)));
    }
}
