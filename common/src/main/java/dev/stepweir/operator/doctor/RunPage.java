package dev.stepweir.operator.doctor;

import dev.stepweir.operator.doctor.Round.Suspect;
import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.run.RunDeadline;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.RunRetry;
import dev.stepweir.run.StepAddress;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.run.UnreadableException;
import dev.stepweir.state.RunState;
import dev.stepweir.state.StepState;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A page of runs as read at one look.
 *
 * @param heads of those that exist and can be read
 * @param live those whose steps matter: started and not final, with their definitions
 * @param problems those that cannot be read
 */
record RunPage(Map<RunId, String> heads, List<SeenRun> live, List<Suspect<RunId>> problems) {

    /** A run with its fields as they were read. */
    record SeenRun(RunId id, String headText, Graph graph, Map<String, String> fields) {

        RunHead head() {
            return RunHead.parse(headText);
        }

        String text(String step) {
            return fields.getOrDefault(StepFields.state(step), "");
        }

        StepField step(String step) {
            String text = text(step);
            return text.isEmpty() ? StepField.ABSENT : StepField.parse(text);
        }

        /** Whether what depends on it need not wait for it. */
        boolean hasSucceeded(String step) {
            String text = text(step);
            return text.startsWith(StepState.SUCCEEDED + " ")
                    || text.startsWith(StepState.SKIPPED + " ");
        }

        StepAddress address(String step) {
            return StepAddress.of(id, step, graph.step(step).handler(), step(step).ledgers());
        }

        List<String> steps() {
            return graph.topologicalOrder();
        }
    }

    /** Reads them, in three round trips at most. */
    static RunPage read(Partition partition, List<RunId> runs) {
        RunPage page = new RunPage(new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        Map<RunId, Map<String, String>> read = new LinkedHashMap<>();
        Map<RunId, CompletableFuture<Map<String, String>>> replies = new LinkedHashMap<>();
        for (RunId run : runs) {
            replies.put(run, partition.runs().fieldsAsync(partition.keys(), run, List.of("head")));
        }
        replies.forEach((run, reply) -> {
            try {
                read.put(run, RedisFutures.join(reply));
            } catch (RedisCommandExecutionException failure) {
                page.unreadable(partition, run, String.valueOf(failure.getMessage()));
            }
        });
        read.forEach((run, fields) -> page.sort(partition, run, fields.get("head")));
        Map<RunId, Graph> graphs = page.definitions(partition);
        page.readSteps(partition, graphs);
        return page;
    }

    private void sort(Partition partition, RunId run, @Nullable String head) {
        if (head == null) {
            byte[] key = Bytes.of(partition.keys().run(run));
            if (RedisFutures.join(partition.redis().commands().exists(key)) > 0) {
                unreadable(partition, run, "it has no head");
            }
            return;
        }
        try {
            var unused = RunHead.parse(head);
            heads.put(run, head);
        } catch (RuntimeException garbled) {
            unreadable(partition, run, "its head is '" + head + "'");
        }
    }

    private void unreadable(Partition partition, RunId run, String why) {
        problem(partition, run, "cannot be read: " + why);
    }

    private void problem(Partition partition, RunId run, String what) {
        problems.add(
                Suspect.incurable(
                        run, partition.finding(Ailment.UNREADABLE, run.text(), what), what));
    }

    /** The definitions of those runs that are not final. */
    private Map<RunId, Graph> definitions(Partition partition) {
        Set<String> hashes = new TreeSet<>();
        heads.values().stream()
                .map(RunHead::parse)
                .filter(RunPage::isLive)
                .forEach(head -> hashes.add(head.workflowHash()));
        Map<String, Optional<Graph>> found = new HashMap<>();
        for (String hash : hashes) {
            found.put(hash, definition(partition, hash));
        }
        Map<RunId, Graph> graphs = new LinkedHashMap<>();
        heads.forEach((run, text) -> {
            RunHead head = RunHead.parse(text);
            if (!isLive(head)) {
                return;
            }
            Optional<Graph> graph = found.getOrDefault(head.workflowHash(), Optional.empty());
            if (graph.isPresent()) {
                graphs.put(run, graph.get());
            } else {
                problems.add(
                        Suspect.incurable(
                                run,
                                partition.finding(
                                        Ailment.LOST_DEFINITION,
                                        run.text(),
                                        "its definition "
                                                + head.workflowHash()
                                                + " is not stored or cannot be read; submit a run"
                                                + " of the same definition to store it again"),
                                text));
            }
        });
        return graphs;
    }

    /** Asks Redis even for one that is known: whether it is there is what matters. */
    private static Optional<Graph> definition(Partition partition, String hash) {
        try {
            return RedisFutures.join(partition.workflows().read(partition.keys(), hash));
        } catch (RedisException failure) {
            if (!Redis.concernsWhatWasAsked(failure)) {
                throw failure;
            }
            return Optional.empty();
        }
    }

    private static boolean isLive(RunHead head) {
        return head.state() != RunState.COMPLETED && head.state() != RunState.CANCELLED;
    }

    private void readSteps(Partition partition, Map<RunId, Graph> graphs) {
        Map<RunId, List<String>> wanted = new LinkedHashMap<>();
        graphs.forEach((run, graph) -> {
            if (RunHead.parse(heads.getOrDefault(run, "")).state() != RunState.SUBMITTED) {
                List<String> fields =
                        new ArrayList<>(
                                List.of(
                                        "head",
                                        RunRetry.WAITS_FOR,
                                        RunDeadline.FIELD,
                                        StepFields.END));
                graph.topologicalOrder().forEach(step -> fields.add(StepFields.state(step)));
                wanted.put(run, fields);
            }
        });
        partition
                .fields(wanted)
                .forEach((run, fields) -> {
                    String head = fields.get("head");
                    Graph graph = graphs.get(run);
                    if (head != null && graph != null && head.equals(heads.get(run))) {
                        keep(partition, new SeenRun(run, head, graph, fields));
                    }
                });
    }

    private void keep(Partition partition, SeenRun run) {
        boolean readable = true;
        try {
            var unused = List.of(RunRetry.of(run.fields()), RunDeadline.of(run.fields()));
        } catch (UnreadableException garbled) {
            readable = false;
            problem(partition, run.id(), String.valueOf(garbled.getMessage()));
        }
        for (String step : run.steps()) {
            try {
                var unused = run.step(step);
            } catch (RuntimeException garbled) {
                readable = false;
                problems.add(
                        Suspect.incurable(
                                run.id(),
                                partition.finding(
                                        Ailment.UNREADABLE,
                                        run.id() + "/" + step,
                                        "cannot be read: '" + run.text(step) + "'"),
                                run.text(step)));
            }
        }
        if (readable) {
            live.add(run);
        }
    }
}
