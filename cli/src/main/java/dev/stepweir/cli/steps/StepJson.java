package dev.stepweir.cli.steps;

import dev.stepweir.cli.terminal.RunJson;
import dev.stepweir.operator.StepDetail;
import dev.stepweir.workflow.WorkflowJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A step for programs: as in its run, with what bears on its next attempt. */
final class StepJson {

    private StepJson() {}

    static Map<String, @Nullable Object> of(StepDetail detail) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("run_id", detail.run().text());
        json.put("step", detail.step().name());
        json.putAll(RunJson.of(detail.step()));
        json.put("idempotency_key", detail.idempotencyKey().orElse(null));
        json.put("failures_since_redrive", detail.failuresSinceRedrive());
        json.put("crashes_since_redrive", detail.ledgers().crashesSinceBase());
        json.put("max_attempts", detail.attemptsAllowed());
        json.put("retry_eligible", detail.retryEligible());
        json.put("delay_expired", detail.delayExpired());
        json.put("ready_for_execution", detail.readyForExecution());
        json.put("policy", WorkflowJson.policy(detail.policy()));
        json.put("policy_in_force", WorkflowJson.policy(detail.policyInForce()));
        json.put("history", detail.history().stream().map(RunJson::of).toList());
        return json;
    }
}
