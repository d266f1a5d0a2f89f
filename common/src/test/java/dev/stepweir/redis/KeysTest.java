package dev.stepweir.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stepweir.run.RunId;
import dev.stepweir.run.StepFields;
import dev.stepweir.state.RunState;
import io.lettuce.core.cluster.SlotHash;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {

    private static final List<String> PIECES =
            List.of(
                    "a",
                    "Z9",
                    " ",
                    "{",
                    "}",
                    "{}",
                    "}{",
                    ":",
                    "/",
                    "%",
                    "*",
                    "\u00e9",
                    "\uD83D\uDE80",
                    "\u6f22",
                    "sw:",
                    "{sw:0}",
                    "\n",
                    "\"",
                    "\\",
                    "$end");

    private final Random random = new Random(20_261_121);

    @Test
    void all_keys_of_a_partition_are_in_one_slot_whatever_users_write() {
        for (int i = 0; i < 10_000; i++) {
            Keys keys = new Keys(namespace(), random.nextInt(RunId.MAX_PARTITIONS));
            int slot = SlotHash.getSlot(keys.namespace() + ":" + keys.partition());

            assertThat(names(keys)).allMatch(key -> SlotHash.getSlot(Bytes.of(key)) == slot);
        }
    }

    @Test
    void two_partitions_or_namespaces_never_share_a_key() {
        Map<String, Keys> owners = new HashMap<>();
        for (int i = 0; i < 500; i++) {
            Keys keys = new Keys(namespace(), random.nextInt(12));
            for (String key : names(keys)) {
                Keys other = owners.putIfAbsent(key, keys);
                assertThat(other).as(key).isIn(null, keys);
            }
        }
    }

    @Test
    void what_one_partition_calls_differently_is_different() {
        Keys keys = new Keys("acme", 3);
        RunId run = RunId.create(3);
        List<String> all = names(keys, run, "queue", "field", "client", "hash");

        assertThat(all).doesNotHaveDuplicates();
    }

    @Test
    void the_keys_of_a_run_are_those_of_its_partition() {
        RunId run = RunId.create(9);
        Keys asked = new Keys("acme", 0);

        assertThat(asked.of(run)).isEqualTo(new Keys("acme", 9));
        assertThat(asked.of(run).run(run)).isEqualTo("sw:{acme:9}:run:" + run);
        assertThat(asked.of(run).runPrefix() + run).isEqualTo(asked.of(run).run(run));
    }

    @Test
    void every_state_of_a_run_has_a_list_and_open_ones_share_it() {
        Keys keys = new Keys("acme", 0);
        Set<String> closed = new TreeSet<>();
        for (RunState state : RunState.values()) {
            boolean open = keys.runsIn(state).equals(keys.openRuns());
            assertThat(open).isEqualTo(!state.isClosed());
            if (!open) {
                assertThat(closed.add(keys.runsIn(state))).isTrue();
            }
        }
    }

    @Test
    void every_key_is_documented() {
        List<String> undocumented =
                Stream.of(Keys.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> method.getReturnType() == String.class)
                        .filter(method -> !method.isAnnotationPresent(RedisKey.class))
                        .map(Method::getName)
                        .toList();

        assertThat(undocumented)
                .containsExactlyInAnyOrder(
                        "namespace", "prefix", "runPrefix", "runsIn", "toString");
        assertThat(KeyTable.rows()).extracting(KeyTable.Row::form).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "A",
                "-a",
                ".a",
                "a b",
                "a:b",
                "a{b",
                "a}b",
                "\u00e9",
                "a\n",
                "a/b",
                "a*",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void a_namespace_that_could_leave_its_tag_is_refused(String namespace) {
        assertThatThrownBy(() -> new Keys(namespace, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("namespace");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4096, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void a_partition_that_no_run_id_can_name_is_refused(int partition) {
        assertThatThrownBy(() -> new Keys("acme", partition))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0..4095");
    }

    private List<String> names(Keys keys) {
        RunId run = RunId.create(keys.partition());
        return names(keys, run, text(), StepFields.output(text()), text(), text());
    }

    private static List<String> names(
            Keys keys, RunId run, String queue, String field, String client, String hash) {
        List<String> names =
                new ArrayList<>(
                        List.of(
                                keys.run(run),
                                keys.history(run),
                                keys.blob(run, field),
                                keys.callerKey(client),
                                keys.effect(client),
                                keys.sharedKey(client),
                                keys.workflow(hash),
                                keys.queue(queue),
                                keys.clientChannel(client)));
        for (Method method : Keys.class.getDeclaredMethods()) {
            if (method.isAnnotationPresent(RedisKey.class) && method.getParameterCount() == 0) {
                try {
                    names.add((String) method.invoke(keys));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return names;
    }

    private String namespace() {
        String letters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
        StringBuilder name = new StringBuilder();
        name.append(letters.charAt(random.nextInt(36)));
        for (int length = random.nextInt(4); length > 0; length--) {
            name.append(letters.charAt(random.nextInt(letters.length())));
        }
        return name.toString();
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(6); length >= 0; length--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
