package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.operator.letters.DeadLetterView;
import dev.stepweir.operator.letters.DeadLetters;
import dev.stepweir.operator.letters.Investigation;
import dev.stepweir.redis.LostDefinitionException;
import dev.stepweir.run.DeadLetter;
import dev.stepweir.run.HistoryEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A dead letter as JSON. */
final class LetterJson {

    private LetterJson() {}

    static Map<String, @Nullable Object> of(DeadLetterView view) {
        DeadLetter letter = view.letter();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", letter.id());
        json.put("run_id", letter.runId());
        json.put("workflow", letter.workflow());
        json.put("step", letter.step());
        json.put("handler", letter.handler());
        json.put("reason", letter.reason().name());
        json.put("state", view.state().map(Enum::name).orElse(null));
        json.put("error", RunJson.of(letter.error()));
        json.put("error_group", view.errorGroup().text());
        json.put("attempts", letter.attempts());
        json.put("retry_count", view.retries());
        json.put("failures", letter.failures());
        json.put("crashes", letter.crashes());
        json.put("published_at", view.published().map(Instant::toString).orElse(null));
        json.put("first_failed_at", view.firstFailed().toString());
        json.put("last_failed_at", view.lastFailed().toString());
        json.put("died_at", view.died().toString());
        json.put("settings", letter.settings());
        json.put("dispatch", letter.dispatch());
        json.put("edits", view.edits());
        json.put("status", view.investigation().status().name());
        json.put("notes", view.investigation().notes().stream().map(LetterJson::of).toList());
        return json;
    }

    private static Map<String, Object> of(Investigation.Note note) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", note.written().toString());
        json.put("by", note.by());
        json.put("text", note.text());
        return json;
    }

    /** With all that is known of its step. */
    static Map<String, @Nullable Object> whole(DeadLetterView view, DeadLetters letters) {
        Map<String, @Nullable Object> json = of(view);
        json.put("input", input(view.letter().id(), letters));
        List<Map<String, Object>> history = view.history().stream().map(LetterJson::of).toList();
        json.put("history", history);
        return json;
    }

    private static @Nullable JsonNode input(String id, DeadLetters letters) {
        try {
            return letters.input(id).orElse(null);
        } catch (LostDefinitionException lost) {
            // What flows in is not known without the definition; all the rest is.
            return null;
        }
    }

    private static Map<String, Object> of(HistoryEvent event) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", Instant.ofEpochMilli(event.atMillis()).toString());
        json.put("event", event.kind());
        event.details()
                .forEach((name, value) -> {
                    if (!name.equals("step") && !name.equals("begun")) {
                        json.put(name, value);
                    }
                });
        return json;
    }
}
