package dev.stepweir.proof;

import dev.stepweir.redis.Bytes;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.RedisFutures;
import dev.stepweir.redis.RedisKey;
import dev.stepweir.redis.WorkflowStore;
import dev.stepweir.run.RunHead;
import dev.stepweir.run.RunId;
import dev.stepweir.run.StepField;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import dev.stepweir.workflow.Graph;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.models.stream.PendingMessage;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that one partition holds, read key by key without the product's own readers. */
final class StoredPartition {

    private static final int MOST = 100_000;
    private static final Keys SAMPLE = new Keys("sample", 7);
    private static final RunId SAMPLE_RUN = RunId.create(7);

    private final RedisAsyncCommands<byte[], byte[]> commands;
    private final Keys keys;
    private final Set<String> names;
    private final Map<RunId, StoredRun> runs = new LinkedHashMap<>();

    /** A run's fields as they are stored. */
    record StoredRun(RunId id, Map<String, String> fields, Graph graph) {

        RunHead head() {
            return RunHead.parse(fields.getOrDefault("head", ""));
        }

        RunState state() {
            return head().state();
        }

        StepField step(String name) {
            String text = fields.get(StepFields.state(name));
            return text == null ? StepField.ABSENT : StepField.parse(text);
        }

        List<String> steps() {
            return graph.topologicalOrder();
        }
    }

    private StoredPartition(Redis redis, Keys keys) {
        this.commands = redis.commands();
        this.keys = keys;
        String all = keys.runPrefix().substring(0, keys.runPrefix().length() - "run:".length());
        this.names =
                RedisFutures.join(commands.keys(all + "*")).stream()
                        .map(Bytes::text)
                        .collect(Collectors.toCollection(TreeSet::new));
        WorkflowStore workflows = new WorkflowStore(redis);
        for (String name : names) {
            if (name.startsWith(keys.runPrefix())) {
                RunId id = new RunId(name.substring(keys.runPrefix().length()));
                Map<String, String> fields = hash(name);
                String hash = RunHead.parse(fields.getOrDefault("head", "")).workflowHash();
                Graph graph = workflows.find(keys, hash).orElseThrow();
                runs.put(id, new StoredRun(id, fields, graph));
            }
        }
    }

    static StoredPartition read(Redis redis, Keys keys) {
        return new StoredPartition(redis, keys);
    }

    Keys keys() {
        return keys;
    }

    Map<RunId, StoredRun> runs() {
        return runs;
    }

    Optional<StoredRun> run(RunId id) {
        return Optional.ofNullable(runs.get(id));
    }

    boolean has(String key) {
        return names.contains(key);
    }

    /** The names of keys that begin so, without that beginning. */
    List<String> namesAfter(String prefix) {
        return names.stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    Map<String, String> hash(String key) {
        Map<String, String> fields = new TreeMap<>();
        RedisFutures.join(commands.hgetall(Bytes.of(key)))
                .forEach((field, value) -> fields.put(Bytes.text(field), Bytes.text(value)));
        return fields;
    }

    Set<String> members(String sortedSet) {
        return RedisFutures.join(commands.zrange(Bytes.of(sortedSet), 0, -1)).stream()
                .map(Bytes::text)
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** The keys of all queues. */
    List<String> queues() {
        String prefix = keys.queue("");
        return namesAfter(prefix).stream().map(name -> prefix + name).toList();
    }

    /** The entries of a stream: id, and what all fields hold, joined. */
    Map<String, String> entries(String stream) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (StreamMessage<byte[], byte[]> entry :
                RedisFutures.join(commands.xrange(Bytes.of(stream), Range.unbounded()))) {
            String body =
                    entry.getBody().values().stream()
                            .map(Bytes::text)
                            .collect(Collectors.joining(" "));
            entries.put(entry.getId(), body);
        }
        return entries;
    }

    /** The ids that consumers of a group hold; none if there is no such group. */
    Set<String> held(String stream, String group) {
        try {
            return RedisFutures.join(
                            commands.xpending(
                                    Bytes.of(stream),
                                    Bytes.of(group),
                                    Range.unbounded(),
                                    Limit.from(MOST)))
                    .stream()
                    .map(PendingMessage::getId)
                    .collect(Collectors.toSet());
        } catch (RedisCommandExecutionException noGroup) {
            return Set.of();
        }
    }

    /** Keys that the documentation does not name, and keys that expire. */
    List<String> unknown() {
        List<Pattern> forms = forms();
        String beginning = "sw:{" + keys.namespace() + ":" + keys.partition() + "}:";
        return names.stream()
                .filter(name -> {
                    String rest = name.substring(beginning.length());
                    boolean known = forms.stream().anyMatch(form -> form.matcher(rest).matches());
                    return !known || RedisFutures.join(commands.pttl(Bytes.of(name))) >= 0;
                })
                .toList();
    }

    /** What may follow the beginning that all keys have. */
    private static List<Pattern> forms() {
        return Stream.of(Keys.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(RedisKey.class))
                .map(StoredPartition::form)
                .toList();
    }

    private static Pattern form(Method method) {
        Object[] arguments =
                Stream.of(method.getParameters()).map(StoredPartition::sample).toArray();
        try {
            String name = ((String) method.invoke(SAMPLE, arguments)).replace("sw:{sample:7}:", "");
            String form = Pattern.quote(name).replace(SAMPLE_RUN.text(), "\\E.+\\Q");
            return Pattern.compile(form.replace("<any>", "\\E.+\\Q"), Pattern.DOTALL);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object sample(Parameter parameter) {
        return parameter.getType() == RunId.class ? SAMPLE_RUN : "<any>";
    }
}
