package dev.stepweir.cli.dlq;

import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.operator.DeadLetterView;
import dev.stepweir.run.DeadLetter;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dead letter as JSON. */
final class LetterJson {

    private LetterJson() {}

    static Map<String, Object> of(DeadLetterView view) {
        DeadLetter letter = view.letter();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", letter.id());
        json.put("run_id", letter.runId());
        json.put("workflow", letter.workflow());
        json.put("step", letter.step());
        json.put("handler", letter.handler());
        json.put("reason", letter.reason().name());
        json.put("died_at", view.died().toString());
        json.put("error", RunJson.of(letter.error()));
        json.put("attempts", letter.attempts());
        json.put("failures", letter.failures());
        json.put("crashes", letter.crashes());
        json.put("settings", letter.settings());
        json.put("dispatch", letter.dispatch());
        return json;
    }
}
