package dev.stepweir.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.redis.Connected;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import io.lettuce.core.ScoredValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunListingIT extends Connected {

    private static final long NOW = 1_700_000_000_000L;
    private static final int PER_CALL = 1_000;

    private Runs runs;

    @BeforeEach
    void open() {
        runs = new Runs(redis, namespace);
    }

    @Test
    void a_running_run_is_found_behind_however_many_submitted_ones() {
        RunId running = stored(RunState.RUNNING, 1);
        crowd(running.partition(), 100_001);

        assertThat(runs.list(RunFilter.ALL.inStates(Set.of(RunState.RUNNING)), 100_000))
                .extracting(RunSummary::id)
                .containsExactly(running);
    }

    @Test
    void pages_of_all_partitions_are_one_list_the_latest_first() {
        List<RunId> oldestFirst = new ArrayList<>();
        for (int i = 0; i < 1_300; i++) {
            // Of the same millisecond are more than fit on a page.
            oldestFirst.add(stored(i % 3 == 0 ? RunState.RUNNING : RunState.FAILED, i / 700));
        }
        RunFilter both = RunFilter.ALL.inStates(EnumSet.of(RunState.RUNNING, RunState.FAILED));

        List<RunSummary> all = runs.list(both, 5_000);

        assertThat(all)
                .extracting(RunSummary::id)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(oldestFirst);
        assertThat(all)
                .extracting(RunSummary::submitted)
                .isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(runs.list(both, 601)).isEqualTo(all.subList(0, 601));
        assertThat(runs.list(both.before(Instant.ofEpochMilli(NOW + 1)), 5_000)).hasSize(700);
    }

    @Test
    void what_cannot_be_read_is_left_out_and_the_others_are_listed() {
        RunId sound = stored(RunState.RUNNING, 1);
        for (String head : List.of("RUNNING", "GONE hash", "RUNNING hash many")) {
            RunId run = stored(RunState.RUNNING, 2);
            server.commands().hset(namespace.keys(run).run(run), "head", head);
        }
        RunId text = stored(RunState.RUNNING, 3);
        server.commands().set(namespace.keys(text).run(text), "no hash");
        server.commands().zadd(namespace.keys(0).openRuns(), NOW + 4, "no run");
        List<RunSummary> told = new ArrayList<>();

        assertThat(runs.list(10)).extracting(RunSummary::id).containsExactly(sound);
        runs.forEach(RunFilter.ALL, told::add);
        assertThat(told).extracting(RunSummary::id).containsExactly(sound);
    }

    @Test
    void the_runs_of_one_workflow_are_found_among_others() {
        List<RunId> ofOne = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            RunId run = stored(RunState.COMPLETED, i);
            String name = i % 8 == 0 ? "one" : "other";
            server.commands().hset(namespace.keys(run).run(run), "name", name);
            if (name.equals("one")) {
                ofOne.addFirst(run);
            }
        }
        RunFilter one = RunFilter.ALL.ofWorkflow("one");

        assertThat(runs.list(one, 100)).extracting(RunSummary::id).isEqualTo(ofOne);
        assertThat(runs.list(one, 2)).extracting(RunSummary::id).isEqualTo(ofOne.subList(0, 2));
        assertThat(runs.list(one.inStates(Set.of(RunState.FAILED)), 100)).isEmpty();
    }

    /** As Redis keeps a run of which only the list matters. */
    private RunId stored(RunState state, long at) {
        RunId run = namespace.newRunId();
        String head = RunHead.running("hash").replace("RUNNING", state.name());
        server.commands()
                .hset(
                        namespace.keys(run).run(run),
                        Map.of("head", head, "submitted", Long.toString(NOW + at)));
        server.commands().zadd(namespace.keys(run).runsIn(state), NOW + at, run.text());
        return run;
    }

    /** Later ones that are listed as open, and no more. */
    private void crowd(int partition, int many) {
        List<ScoredValue<String>> members = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            members.add(ScoredValue.just(NOW + 2 + i, RunId.create(partition).text()));
            if (members.size() == PER_CALL || i == many - 1) {
                String open = namespace.keys(partition).openRuns();
                server.commands()
                        .zadd(open, members.<ScoredValue<String>>toArray(ScoredValue[]::new));
                members.clear();
            }
        }
    }
}
