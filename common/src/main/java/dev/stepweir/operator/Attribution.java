package dev.stepweir.operator;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who stands behind a change, and why; kept with it.
 *
 * @param by never blank
 * @param reason may be empty where the change speaks for itself
 */
public record Attribution(String by, String reason) {

    public Attribution {
        by = by.strip();
        reason = reason.strip();
        if (by.isEmpty()) {
            throw new IllegalArgumentException("a change needs somebody who stands behind it");
        }
    }

    /** What the record of a change to a step begins with. */
    public Map<String, Object> details(String step) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("step", step);
        details.put("by", by);
        details.put("reason", reason);
        return details;
    }
}
