package dev.stepweir.operator.doctor;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.script.RelistRun;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** Runs: each can be read, is listed as what it is, counts right, and somebody moves its steps. */
final class RunRound implements Round<RunId> {

    /** One state for each list. */
    static final List<RunState> LISTS =
            List.of(RunState.RUNNING, RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED);

    private final Partition partition;
    private final StepLook steps;
    private final CountLook counts;

    RunRound(Partition partition) {
        this.partition = partition;
        this.steps = new StepLook(partition);
        this.counts = new CountLook(partition);
    }

    @Override
    public List<Suspect<RunId>> look(List<RunId> runs) {
        RunPage page = RunPage.read(partition, runs);
        List<Suspect<RunId>> suspects = new ArrayList<>(page.problems());
        suspects.addAll(mislisted(page.heads()));
        suspects.addAll(counts.at(page.live()));
        suspects.addAll(steps.at(page.live()));
        return suspects;
    }

    private List<Suspect<RunId>> mislisted(Map<RunId, String> heads) {
        Keys keys = partition.keys();
        Map<String, Map<String, Double>> lists = new LinkedHashMap<>();
        for (RunState state : LISTS) {
            String list = keys.runsIn(state);
            lists.put(
                    list,
                    partition.scores(list, heads.keySet().stream().map(RunId::text).toList()));
        }
        List<Suspect<RunId>> suspects = new ArrayList<>();
        heads.forEach((run, head) -> {
            RunState state = RunHead.parse(head).state();
            Set<String> listed = new TreeSet<>();
            lists.forEach((list, members) -> {
                if (members.containsKey(run.text())) {
                    listed.add(list.substring(keys.prefix().length()));
                }
            });
            String right = keys.runsIn(state).substring(keys.prefix().length());
            if (!listed.equals(Set.of(right))) {
                suspects.add(mislisted(run, head, state, listed));
            }
        });
        return suspects;
    }

    private Suspect<RunId> mislisted(RunId run, String head, RunState state, Set<String> listed) {
        String where = listed.isEmpty() ? "nowhere" : "as " + String.join(" and ", listed);
        return Suspect.of(
                run,
                partition.finding(
                        Ailment.RUN_MISLISTED,
                        run.text(),
                        "is " + state + ", and is listed " + where),
                head + listed,
                () -> new RelistRun(partition.keys(), run).run(partition.redis().scripts()));
    }

    /** The lists of runs: each member is the id of a run that exists. */
    static final class Listed implements Round<String> {

        private final Partition partition;
        private final String list;

        /**
         * A round.
         *
         * @param list key of a sorted set
         */
        Listed(Partition partition, String list) {
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
                Optional<RunId> run =
                        Partition.run(member).filter(one -> one.text().equals(member));
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
                            Ailment.RUN_MISLISTED,
                            member,
                            "is listed as " + name + ", and is no run"),
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
}
