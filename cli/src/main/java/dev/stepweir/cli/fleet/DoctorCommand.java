package dev.stepweir.cli.fleet;

import dev.stepweir.cli.terminal.ExitCode;
import dev.stepweir.cli.terminal.Output;
import dev.stepweir.cli.terminal.ServerOptions;
import dev.stepweir.cli.terminal.Session;
import dev.stepweir.cli.terminal.Text;
import dev.stepweir.json.Json;
import dev.stepweir.operator.doctor.Ailment;
import dev.stepweir.operator.doctor.Doctor;
import dev.stepweir.operator.doctor.Finding;
import dev.stepweir.operator.doctor.Treatment;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.redis.preflight.Preflight;
import dev.stepweir.redis.preflight.Preflight.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stepweir doctor}. */
@Command(
        name = "doctor",
        description = {
            "Check the Redis server, and that what it holds fits together.",
            "Entries, groups, timers, counters, lists, locks are held against the stored runs.",
            "Changes nothing without --fix. Exit with 1 if roles would refuse to start, or if",
            "something was found that is not repaired."
        })
public final class DoctorCommand implements Callable<Integer> {

    /** Of one kind; without --fix the others are only counted. */
    private static final int MOST_TOLD = 100;

    @Spec private CommandSpec spec;

    @Option(names = "--fix", description = "Repair what was found, and say each repair.")
    private boolean fix;

    @Option(
            names = "--silence",
            paramLabel = "DURATION",
            description = {
                "How long a consumer that holds nothing may be silent before it is a ghost",
                "(${DEFAULT-VALUE})."
            },
            defaultValue = "15m")
    private Duration silence = Doctor.USUAL_SILENCE;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    private final Map<Ailment, Integer> told = new EnumMap<>(Ailment.class);

    @Override
    public Integer call() {
        Output output = Output.of(spec);
        try (Session session = Session.open(spec)) {
            Namespace namespace = session.client().namespace();
            Report report = json ? new Array(output) : new Lines(output);
            report.say("Redis at " + Redis.withoutPassword(ServerOptions.of(spec).address()));
            Preflight.Finding rights = Preflight.rights(session.redis(), namespace.keys(0));
            report.tell(rights);
            if (rights.level() == Level.FAIL) {
                // What is asked next may be refused, and a repair half way.
                report.end();
                return ExitCode.FAILED.code();
            }
            List<Preflight.Finding> server = Preflight.of(session.redis(), Clock.systemUTC());
            server.forEach(report::tell);
            Doctor doctor = new Doctor(session.redis(), namespace, silence);
            Doctor.Diagnosis diagnosis =
                    doctor.examine(
                            fix,
                            treatment -> {
                                if (isTold(treatment.finding())) {
                                    report.tell(treatment);
                                }
                            });
            report.end();
            output.say(sum(namespace.name(), diagnosis));
            boolean well = diagnosis.isHealthy() && !Preflight.fails(server);
            return (well ? ExitCode.OK : ExitCode.FAILED).code();
        }
    }

    private boolean isTold(Finding finding) {
        return told.merge(finding.ailment(), 1, Integer::sum) <= MOST_TOLD || fix;
    }

    private String sum(String namespace, Doctor.Diagnosis diagnosis) {
        StringBuilder sum = new StringBuilder();
        told.forEach((ailment, count) -> {
            if (!fix && count > MOST_TOLD) {
                sum.append(
                        "%d of %s, the first %d are listed%n".formatted(count, ailment, MOST_TOLD));
            }
        });
        if (diagnosis.repaired() + diagnosis.left() == 0) {
            return "namespace " + namespace + " is healthy";
        }
        if (fix) {
            sum.append("%d repaired, %d left".formatted(diagnosis.repaired(), diagnosis.left()));
        } else {
            boolean curable = told.keySet().stream().anyMatch(Ailment::isCurable);
            sum.append(diagnosis.left()).append(" found");
            sum.append(curable ? "; --fix repairs what can be repaired" : "");
        }
        return sum.toString();
    }

    private static String word(Level level) {
        return level == Level.FAIL ? "FAIL" : level.name().toLowerCase(Locale.ROOT);
    }

    /** What must be acted on stands out. */
    private static String word(Treatment.Result result) {
        return switch (result) {
            case FOUND -> "FAIL";
            case LEFT -> "LEFT";
            case REPAIRED -> "fixed";
        };
    }

    /** Tells each finding when it is found: there may be many. */
    private interface Report {
        void say(String text);

        void tell(Preflight.Finding finding);

        void tell(Treatment treatment);

        void end();
    }

    /** For people. */
    private record Lines(Output output) implements Report {

        @Override
        public void say(String text) {
            output.say(text);
        }

        @Override
        public void tell(Preflight.Finding finding) {
            output.line(
                    "%-5s %-11s %s"
                            .formatted(word(finding.level()), finding.check(), finding.message()));
        }

        @Override
        public void tell(Treatment treatment) {
            Finding finding = treatment.finding();
            String answer = treatment.answer().isEmpty() ? "" : " [" + treatment.answer() + "]";
            output.line(
                    "%-5s %s %s: %s%s"
                            .formatted(
                                    word(treatment.result()),
                                    finding.ailment(),
                                    Text.oneLine(finding.about()),
                                    Text.oneLine(finding.message()),
                                    answer));
        }

        @Override
        public void end() {
            output.out().flush();
        }
    }

    /** One JSON array, written as it grows. */
    private static final class Array implements Report {

        private final Output output;
        private String before = "[";

        Array(Output output) {
            this.output = output;
        }

        @Override
        public void say(String text) {}

        @Override
        public void tell(Preflight.Finding finding) {
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("level", word(finding.level()));
            item.put("check", finding.check());
            item.put("message", finding.message());
            add(item);
        }

        @Override
        public void tell(Treatment treatment) {
            Finding finding = treatment.finding();
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("level", word(treatment.result()));
            item.put("check", finding.ailment().name());
            item.put("message", finding.about() + ": " + finding.message());
            item.put("partition", finding.partition());
            item.put("about", finding.about());
            item.put("repaired", treatment.result() == Treatment.Result.REPAIRED);
            item.put("answer", treatment.answer());
            add(item);
        }

        private void add(Map<String, Object> item) {
            output.out().print(before + Json.text(item));
            before = ",";
        }

        @Override
        public void end() {
            output.line((before.equals("[") ? "[" : "") + "]");
            output.out().flush();
        }
    }
}
