package dev.stepweir.docs;

import dev.stepweir.redis.KeyTable;
import dev.stepweir.redis.Keys;
import dev.stepweir.redis.RedisKey.Kind;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class KeysPageTest {

    @Test
    void the_page_of_keys_is_what_the_code_says() {
        new GeneratedPage(
                        "Keys in Redis",
                        """
                        Every key of a partition begins with `sw:{<namespace>:<partition>}:`. What
                        the braces hold is the hash tag: a partition lives in one slot of a
                        cluster, so that a script may touch any of its keys. What a run left
                        is removed with the run; only `shared`, `effect` and `resume-lock` have a
                        time to live. What exists once per namespace is in partition 0.
                        """)
                .section("Keys")
                .table(List.of("Key", "Type", "What it is"), rows(row -> !isChannel(row)))
                .section("Channels")
                .paragraph("Nothing depends on a message: who missed one reads the state.")
                .table(List.of("Channel", "Type", "What is told"), rows(KeysPageTest::isChannel))
                .section("Consumer groups")
                .table(
                        List.of("Group", "Stream"),
                        List.of(
                                List.of("`" + Keys.WORKER_GROUP + "`", "every queue"),
                                List.of("`" + Keys.ORCHESTRATOR_GROUP + "`", "every inbox")))
                .check("redis-keys.md");
    }

    private static List<List<String>> rows(Predicate<KeyTable.Row> which) {
        return KeyTable.rows().stream()
                .filter(which)
                .map(row ->
                        List.of("`" + row.form() + "`", row.key().as().word(), row.key().what()))
                .toList();
    }

    private static boolean isChannel(KeyTable.Row row) {
        return row.key().as() == Kind.CHANNEL;
    }
}
