package dev.stepweir.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextTest {

    @Test
    void details_are_pairs_and_only_what_needs_quotes_has_them() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("worker", "w-1#3");
        details.put("attempt", 2);
        details.put("error", Map.of("message", "no answer\nat all"));
        details.put("why", "");
        details.put("what", "a=b");
        details.put("list", List.of(1, "two"));
        details.put("before", null);
        details.put("text", "7");
        details.put("nothing", "null");
        details.put("at", "2026-01-31T12:00:00Z");
        details.put("a=1 by", "eve");

        assertThat(Text.pairs(details).replace('"', '\''))
                .isEqualTo(
                        "worker=w-1#3 attempt=2 error.message='no answer\\nat all' why=''"
                                + " what='a=b' list=[1,'two'] before=null"
                                + " text='7' nothing='null' at=2026-01-31T12:00:00Z"
                                + " 'a=1 by'=eve");
        assertThat(Text.pairs(Map.of())).isEmpty();
    }
}
