package dev.stepweir.cli;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stepweir.cli.Terminal.Result;
import dev.stepweir.handler.Handlers;
import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.json.Json;
import dev.stepweir.proof.Stack;
import dev.stepweir.run.RunId;
import dev.stepweir.state.RunState;
import dev.stepweir.testkit.TestRedis;
import dev.stepweir.testkit.WithRedis;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a person does about dead letters. */
@WithRedis
class DlqIT {

    private static final Workflow ORDER =
            Workflow.builder("order")
                    .step("pack", s -> s.handler("pack"))
                    .step(
                            "ship",
                            s ->
                                    s.handler("ship")
                                            .after("pack")
                                            .setting("carrier", "=cheap")
                                            .maxAttempts(2)
                                            .backoff(Backoff.FIXED, Duration.ofMillis(20)))
                    .build();

    private static final Workflow REFUND =
            Workflow.builder("refund").step("pay", s -> s.handler("pay")).build();

    private final List<String> shipped = new CopyOnWriteArrayList<>();
    private volatile boolean broken = true;

    @TempDir private Path directory;
    private Stack stack;
    private Terminal terminal;

    @BeforeEach
    void start(TestRedis server) {
        Handlers handlers =
                new Handlers()
                        .add("pack", (input, context) -> Map.of("parcels", 1))
                        .add("ship", (input, context) -> ship(input.toString()))
                        .add("pay", (input, context) -> pay());
        stack = Stack.start(server, handlers);
        terminal = Terminal.on(server);
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    private String ship(String input) throws IOException {
        shipped.add(input);
        if (broken && input.contains("1")) {
            throw new IOException("no answer, \"try\" again");
        }
        return "shipped";
    }

    private String pay() {
        if (broken) {
            throw new PermanentStepException("=HYPERLINK(0), account closed");
        }
        return "paid";
    }

    @Test
    @DisplayName(
            "S3-12, S3-U3, S3-11, B11 DLQ entry stores error, config, retry_count, and all else")
    void a_letter_tells_everything() throws Exception {
        Instant begun = Instant.now().minusSeconds(1);
        RunId run = stack.run(ORDER, 1).id();

        JsonNode letters = terminal.execute("dlq", "list", "--json").json();
        assertThat(letters).hasSize(1);
        JsonNode letter = letters.get(0);
        assertThat(letter.path("id").asString()).isEqualTo(run + "/ship");
        assertThat(letter.path("run_id").asString()).isEqualTo(run.text());
        assertThat(letter.path("workflow").asString()).isEqualTo("order");
        assertThat(letter.path("step").asString()).isEqualTo("ship");
        assertThat(letter.path("handler").asString()).isEqualTo("ship");
        assertThat(letter.path("reason").asString()).isEqualTo("ATTEMPTS_EXHAUSTED");
        assertThat(letter.path("state").asString()).isEqualTo("DEAD");
        assertThat(letter.path("settings").path("carrier").asString()).isEqualTo("=cheap");
        assertThat(letter.path("attempts").asInt()).isEqualTo(2);
        assertThat(letter.path("retry_count").asInt()).isEqualTo(1);
        assertThat(letter.path("dispatch").asString()).startsWith("2@");
        assertThat(letter.path("error_group").asString()).matches("[0-9a-f]{12}");
        JsonNode error = letter.path("error");
        assertThat(error.path("type").asString()).isEqualTo(IOException.class.getName());
        assertThat(error.path("message").asString()).isEqualTo("no answer, \"try\" again");
        assertThat(error.path("code").asString()).isEqualTo("TRANSIENT_ERROR");
        assertThat(error.path("category").asString()).isEqualTo("TRANSIENT");
        Instant published = time(letter, "published_at");
        Instant first = time(letter, "first_failed_at");
        Instant last = time(letter, "last_failed_at");
        assertThat(published).isAfter(begun).isBeforeOrEqualTo(first);
        assertThat(last).isAfterOrEqualTo(first.plusMillis(20));
        assertThat(time(letter, "died_at")).isEqualTo(last);

        JsonNode shown = terminal.execute("dlq", "show", run + "/ship", "--json").json();
        assertThat(shown.path("input").path("parcels").asInt()).isEqualTo(1);
        assertThat(shown.path("history").findValuesAsString("event"))
                .containsExactly("FAILED", "FAILED");
        assertThat(terminal.execute("dlq", "list").out())
                .contains("GROUP", letter.path("error_group").asString());
    }

    private static Instant time(JsonNode letter, String field) {
        return Instant.parse(letter.path(field).asString());
    }

    @Test
    @DisplayName("B8, S3-13, S3-19 a retry keeps the letter until success, and all that was before")
    void history_survives_redrives() throws Exception {
        RunId run = stack.run(ORDER, 1).id();
        String id = run + "/ship";
        JsonNode before = terminal.execute("dlq", "show", id, "--json").json();

        Result retried = terminal.execute("dlq", "retry", id, "--by", "ada", "--reason", "again");
        assertThat(retried.err()).contains("is back at work");
        var unused = stack.await(run);

        JsonNode after = terminal.execute("dlq", "show", id, "--json").json();
        assertThat(after.path("attempts").asInt()).isEqualTo(4);
        assertThat(after.path("first_failed_at")).isEqualTo(before.path("first_failed_at"));
        assertThat(after.path("published_at")).isEqualTo(before.path("published_at"));
        assertThat(time(after, "last_failed_at")).isAfter(time(before, "last_failed_at"));
        assertThat(after.path("history").findValuesAsString("event"))
                .containsExactly("FAILED", "FAILED", "REDRIVEN", "FAILED", "FAILED");
        assertThat(after.path("history").findValuesAsString("attempt"))
                .containsExactly("1", "2", "3", "4");
        JsonNode redriven = after.path("history").get(2);
        assertThat(redriven.path("by").asString()).isEqualTo("ada");
        assertThat(redriven.path("reason").asString()).isEqualTo("again");
        assertThat(stack.client().deadLetters().count()).isEqualTo(1);

        broken = false;
        assertThat(terminal.execute("dlq", "retry", id).code()).isZero();
        assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        assertThat(terminal.execute("dlq", "list", "--json").json()).isEmpty();
        assertThat(terminal.execute("runs", "history", run.text()).out())
                .contains("REDRIVEN", "ada", "again");
    }

    @Test
    @DisplayName("S3-14 Operators can inspect and fix: edit what flows in, then retry")
    void an_edited_input_is_what_the_handler_gets_however_often_it_is_tried() throws Exception {
        RunId run = stack.run(ORDER, 1).id();
        String id = run + "/ship";

        assertThat(terminal.execute("dlq", "edit", id, "--input", "{}").code()).isEqualTo(2);
        Result wrong = terminal.execute("dlq", "edit", id, "--input", "{oops", "--reason", "typo");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("--input is not JSON").contains("line 1");
        Result dry =
                terminal.execute(
                        "dlq",
                        "edit",
                        id,
                        "--input",
                        "{\"parcels\":2}",
                        "--reason",
                        "typo",
                        "--dry-run");
        assertThat(dry.out().lines()).containsExactly("- {\"parcels\":1}", "+ {\"parcels\":2}");
        assertThat(dry.err()).contains("nothing was changed");

        Path file = Files.writeString(directory.resolve("input.json"), "{\"parcels\": 11}");
        Result edited =
                terminal.execute(
                        "dlq",
                        "edit",
                        id,
                        "--input",
                        "@" + file,
                        "--reason",
                        "typo",
                        "--by",
                        "ada",
                        "--json");
        assertThat(edited.json().path("to").path("parcels").asInt()).isEqualTo(11);
        shipped.clear();
        terminal.execute("dlq", "retry", id);
        var unused = stack.await(run);
        assertThat(shipped).containsExactly("{\"parcels\":11}", "{\"parcels\":11}");

        terminal.execute("dlq", "edit", id, "--input", "{\"parcels\":2}", "--reason", "typo");
        terminal.execute("dlq", "retry", id);
        assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        assertThat(shipped).endsWith("{\"parcels\":2}");
        String history = terminal.execute("runs", "history", run.text(), "--json").out();
        assertThat(history)
                .contains("\"by\":\"ada\"", "\"reason\":\"typo\"")
                .contains("\"from\":{\"parcels\":1}", "\"to\":{\"parcels\":11}");
        Result late = terminal.execute("dlq", "edit", id, "--input", "1", "--reason", "too late");
        assertThat(late.code()).isEqualTo(4);
        assertThat(late.err()).contains("there is no dead letter");
    }

    @Test
    void letters_are_found_by_what_they_are() throws Exception {
        RunId order = stack.run(ORDER, 1).id();
        RunId other = stack.run(ORDER, 2).id();
        RunId refund = stack.run(REFUND, 1).id();

        assertThat(ids()).containsExactly(refund + "/pay", other + "/ship", order + "/ship");
        assertThat(ids("--limit", "1")).containsExactly(refund + "/pay");
        assertThat(ids("--run", order.text())).containsExactly(order + "/ship");
        assertThat(ids("--run", RunId.create(0).text())).isEmpty();
        assertThat(ids("--workflow", "order")).hasSize(2);
        assertThat(ids("--handler", "pay")).containsExactly(refund + "/pay");
        assertThat(ids("--reason", "PERMANENT_ERROR")).containsExactly(refund + "/pay");
        assertThat(ids("--died-of", "attempts_exhausted")).hasSize(2);
        assertThat(ids("--older-than", "1h")).isEmpty();
        assertThat(ids("--died-before", Instant.now().plusSeconds(60).toString())).hasSize(3);
        JsonNode stats = terminal.execute("dlq", "stats", "--json").json();
        String group = stats.path("by_error_group").get(0).path("error_group").asString();
        assertThat(ids("--error-group", group)).containsExactly(other + "/ship", order + "/ship");
        assertThat(ids("--error-group", group, "--handler", "pay")).isEmpty();

        Result unknown = terminal.execute("dlq", "list", "--reason", "BAD_LUCK");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("--reason", "BAD_LUCK", "CRASH_LOOP");
        Result noGroup = terminal.execute("dlq", "list", "--error-group", "xyz");
        assertThat(noGroup.code()).isEqualTo(2);
        assertThat(noGroup.err()).contains("12 hexadecimal digits");
    }

    @Test
    void letters_are_counted_by_what_they_are() throws Exception {
        stack.run(ORDER, 1);
        stack.run(ORDER, 2);
        stack.run(REFUND, 1);

        JsonNode stats = terminal.execute("dlq", "stats", "--json").json();
        assertThat(stats.path("total").asInt()).isEqualTo(3);
        assertThat(stats.path("by_workflow").path("order").asInt()).isEqualTo(2);
        assertThat(stats.path("by_handler").path("pay").asInt()).isEqualTo(1);
        assertThat(stats.path("by_reason").path("PERMANENT_ERROR").asInt()).isEqualTo(1);
        assertThat(stats.path("by_error_group")).hasSize(2);
        JsonNode group = stats.path("by_error_group").get(0);
        assertThat(group.path("letters").asInt()).isEqualTo(2);
        assertThat(group.path("error_message").asString()).contains("no answer");
        assertThat(terminal.execute("dlq", "stats", "--handler", "pay").out())
                .contains("total 1", "PERMANENT_ERROR", "account closed")
                .doesNotContain("no answer");
    }

    @Test
    @DisplayName("S0-U6 Dead-letter reasons and investigation status, notes, resolver")
    void what_people_find_out_is_kept_beside_a_letter() throws Exception {
        RunId order = stack.run(ORDER, 1).id();
        RunId refund = stack.run(REFUND, 1).id();
        String id = order + "/ship";
        assertThat(ids("--status", "OPEN")).hasSize(2);

        String[] begin = {"dlq", "note", id, "--status", "investigating", "--by", "ada"};
        assertThat(terminal.execute(begin).code()).isZero();
        String[] text = {"dlq", "note", id, "--text", "the carrier is away", "--by", "bob"};
        assertThat(terminal.execute(text).code()).isZero();

        JsonNode letter = terminal.execute("dlq", "show", id, "--json").json();
        assertThat(letter.path("status").asString()).isEqualTo("INVESTIGATING");
        assertThat(letter.path("notes").get(0).path("by").asString()).isEqualTo("bob");
        assertThat(letter.path("notes").get(0).path("text").asString())
                .isEqualTo("the carrier is away");
        assertThat(ids("--status", "INVESTIGATING")).containsExactly(id);
        assertThat(ids("--status", "OPEN")).containsExactly(refund + "/pay");
        assertThat(ids("--status", "OPEN", "--run", order.text())).isEmpty();
        JsonNode stats = terminal.execute("dlq", "stats", "--json").json();
        assertThat(stats.path("by_status").path("INVESTIGATING").asInt()).isEqualTo(1);
        assertThat(terminal.execute("dlq", "note", id).code()).isEqualTo(2);
        assertThat(terminal.execute("dlq", "note", id, "--text", "x".repeat(2_001)).code())
                .isEqualTo(2);

        broken = false;
        terminal.execute("dlq", "retry", id, "--by", "cy", "--reason", "the carrier is back");
        assertThat(stack.await(order).state()).isEqualTo(RunState.COMPLETED);
        assertThat(terminal.execute("dlq", "note", id, "--text", "x").code()).isEqualTo(4);
        assertThat(terminal.execute("runs", "history", order.text()).out())
                .contains("NOTED", "ada", "bob", "REDRIVEN", "cy", "the carrier is back");
    }

    @Test
    void letters_are_exported_as_json_and_as_csv_that_computes_nothing() throws Exception {
        RunId order = stack.run(ORDER, 1).id();
        RunId refund = stack.run(REFUND, 1).id();

        String text = terminal.execute("dlq", "export").out();
        JsonNode exported = Json.tree(text);
        assertThat(exported.findValuesAsString("id"))
                .containsExactly(order + "/ship", refund + "/pay");
        assertThat(exported.get(0).path("input").path("parcels").asInt()).isEqualTo(1);

        Path file = directory.resolve("letters.csv");
        Result csv =
                terminal.execute("dlq", "export", "--format", "csv", "--output", file.toString());
        assertThat(csv.err()).contains("2 letters written");
        List<String> lines = List.of(Files.readString(file).split("\r\n"));
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("id,run_id,workflow,step,handler,reason,state,");
        assertThat(lines.get(1)).contains("\"no answer, \"\"try\"\" again\"");
        assertThat(lines.get(2)).contains(",\"'=HYPERLINK(0), account closed\",");
        assertThat(terminal.execute("dlq", "export", "--workflow", "none").out().strip())
                .isEqualTo("[]");
    }

    @Test
    void what_is_purged_is_gone_and_its_run_still_tells_of_it() throws Exception {
        RunId order = stack.run(ORDER, 1).id();
        RunId other = stack.run(ORDER, 2).id();
        RunId refund = stack.run(REFUND, 1).id();

        assertThat(terminal.execute("dlq", "purge").code()).isEqualTo(2);
        assertThat(terminal.execute("dlq", "purge", "--all").code()).isEqualTo(2);
        Result dry = terminal.execute("dlq", "purge", "--workflow", "order", "--dry-run");
        assertThat(dry.out().lines()).containsExactly(order + "/ship", other + "/ship");
        assertThat(dry.err()).contains("2 letters would be removed");
        String[] many = {"dlq", "purge", "--all", "--limit", "1000000", "--dry-run"};
        assertThat(terminal.execute(many).err()).contains("3 letters would be removed");

        String[] purge = {
            "dlq", "purge", "--workflow", "order", "--limit", "1", "--reason", "obsolete"
        };
        assertThat(terminal.execute(purge).out().strip()).isEqualTo(order + "/ship");
        assertThat(ids()).containsExactly(refund + "/pay", other + "/ship");
        assertThat(terminal.execute("dlq", "purge", refund + "/pay", "--reason", "x").code())
                .isZero();
        assertThat(terminal.execute("dlq", "purge", refund + "/pay", "--reason", "x").code())
                .isEqualTo(4);
        assertThat(terminal.execute("runs", "history", order.text()).out())
                .contains("LETTER_PURGED", "obsolete", "ATTEMPTS_EXHAUSTED");
        assertThat(stack.client().show(order).orElseThrow().state()).isEqualTo(RunState.FAILED);

        broken = false;
        assertThat(terminal.execute("dlq", "retry", order + "/ship").code()).isZero();
        assertThat(stack.await(order).state()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    @DisplayName(
            "B7 letters are found by id and moved at once: two who retry all publish each once")
    void however_many_retry_each_letter_is_published_once() throws Exception {
        List<RunId> runs = stack.submit(REFUND, 300);
        for (RunId run : runs) {
            var unused = stack.await(run);
        }
        assertThat(stack.client().deadLetters().count()).isEqualTo(300);
        broken = false;

        List<Result> results = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Result>> operators = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                operators.add(
                        pool.submit(() ->
                                terminal.execute(
                                        "dlq", "retry", "--all", "--rate", "100000", "--json")));
            }
            for (Future<Result> operator : operators) {
                results.add(operator.get());
            }
        }
        for (RunId run : runs) {
            assertThat(stack.await(run).state()).isEqualTo(RunState.COMPLETED);
        }
        assertThat(results.stream().mapToLong(r -> r.json().path("published").asLong()).sum())
                .isEqualTo(300);
        Set<Long> dispatches =
                runs.stream()
                        .map(run -> stack.client().show(run).orElseThrow().steps().getFirst())
                        .map(step -> step.dispatch())
                        .collect(toSet());
        assertThat(dispatches).containsExactly(2L);
        assertThat(stack.client().deadLetters().count()).isZero();
    }

    @Test
    void a_bulk_retry_keeps_its_rate_and_goes_on_where_it_stopped() throws Exception {
        List<RunId> runs = stack.submit(REFUND, 12);
        for (RunId run : runs) {
            var unused = stack.await(run);
        }
        assertThat(terminal.execute("dlq", "retry").code()).isEqualTo(2);
        Result dry = terminal.execute("dlq", "retry", "--handler", "pay", "--dry-run", "--json");
        assertThat(dry.json().path("published").asInt()).isEqualTo(12);
        assertThat(ids()).hasSize(12);

        Instant begun = Instant.now();
        Result first =
                terminal.execute(
                        "dlq",
                        "retry",
                        "--handler",
                        "pay",
                        "--rate",
                        "20",
                        "--limit",
                        "5",
                        "--json");
        assertThat(Duration.between(begun, Instant.now())).isGreaterThan(Duration.ofMillis(200));
        assertThat(first.json().path("published").asInt()).isEqualTo(5);
        assertThat(first.err()).doesNotContain("interrupted", "--died-before");
        for (RunId run : runs) {
            var unused = stack.await(run);
        }

        String before = first.json().path("died_before").asString();
        Result second =
                terminal.execute(
                        "dlq", "retry", "--handler", "pay", "--died-before", before, "--json");
        assertThat(second.json().path("published").asInt())
                .as("those that died again since are left for another time")
                .isEqualTo(7);
    }

    @Test
    void a_letter_of_a_closed_run_says_why_it_stays() throws Exception {
        RunId run = stack.run(REFUND, 1).id();
        terminal.execute("runs", "cancel", run.text());

        Result retried = terminal.execute("dlq", "retry", run + "/pay");
        assertThat(retried.code()).isEqualTo(4);
        assertThat(retried.err()).contains("belongs to a run that is closed");
        Result edited =
                terminal.execute("dlq", "edit", run + "/pay", "--input", "1", "--reason", "x");
        assertThat(edited.code()).isEqualTo(4);
        Result all = terminal.execute("dlq", "retry", "--all", "--json");
        assertThat(all.json().path("refused").asInt()).isEqualTo(1);
    }

    private List<String> ids(String... options) {
        List<String> all = new ArrayList<>(List.of("dlq", "list", "--json"));
        all.addAll(List.of(options));
        JsonNode letters = terminal.execute(all.toArray(String[]::new)).json();
        return StreamSupport.stream(letters.spliterator(), false)
                .map(letter -> letter.path("id").asString())
                .toList();
    }
}
