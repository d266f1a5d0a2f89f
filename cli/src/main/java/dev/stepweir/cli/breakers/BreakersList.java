package dev.stepweir.cli.breakers;

import dev.stepweir.breaker.Breaker;
import dev.stepweir.breaker.BreakerState;
import dev.stepweir.breaker.BreakerView;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Table;
import dev.stepweir.cli.terminal.Text;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir breakers list}. */
@Command(
        name = "list",
        description = "List breakers that are not closed, have counted a failure or hold steps.")
final class BreakersList implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            List<BreakerView> breakers = session.client().breakers().list();
            if (json) {
                output.json(breakers.stream().map(BreakersList::json).toList());
                return 0;
            }
            Table table =
                    new Table(
                            "DEPENDENCY",
                            "STATE",
                            "FAILURES",
                            "PARKED",
                            "SINCE",
                            "PROBE AT",
                            "PROBES",
                            "WHY");
            for (BreakerView view : breakers) {
                Breaker breaker = view.breaker();
                table.row(
                        breaker.dependency(),
                        breaker.state(),
                        breaker.failures(),
                        view.parked(),
                        Text.time(time(breaker.sinceMillis())),
                        Text.time(probeAt(breaker)),
                        breaker.probes(),
                        breaker.why());
            }
            table.print(output.out());
            return 0;
        }
    }

    private static Optional<Instant> time(long millis) {
        return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    private static Optional<Instant> probeAt(Breaker breaker) {
        return breaker.state() == BreakerState.OPEN
                ? time(breaker.retryAtMillis())
                : Optional.empty();
    }

    private static Map<String, @Nullable Object> json(BreakerView view) {
        Breaker breaker = view.breaker();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("dependency", breaker.dependency());
        json.put("state", breaker.state().name());
        json.put("failures", breaker.failures());
        json.put("parked", view.parked());
        json.put("since", time(breaker.sinceMillis()).map(Instant::toString).orElse(null));
        json.put("probe_at", probeAt(breaker).map(Instant::toString).orElse(null));
        json.put("probes", breaker.probes());
        json.put("wave", breaker.wave());
        json.put("by", breaker.by());
        json.put("why", breaker.why());
        return json;
    }
}
