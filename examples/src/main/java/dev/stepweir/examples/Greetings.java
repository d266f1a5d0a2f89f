package dev.stepweir.examples;

import dev.stepweir.client.StepweirClient;
import dev.stepweir.client.SubmittedRun;
import dev.stepweir.operator.RunView;
import dev.stepweir.worker.Worker;
import dev.stepweir.workflow.Backoff;
import dev.stepweir.workflow.Workflow;
import java.time.Duration;
import java.util.List;

/**
 * A workflow written in Java, in a program that is a worker and a client at once. It needs an
 * orchestrator, such as {@code stepweir dev} runs, and takes the address of its Redis.
 */
public final class Greetings {

    /** What flows from the first step to the second. */
    record Names(List<String> names) {}

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Greetings() {}

    /** Two steps: read the names out of the run's input, then greet them. */
    static Workflow workflow() {
        return Workflow.builder("greetings")
                .description("Greets everybody who is named in the input")
                .step("names", step -> step.handler("greetings-names"))
                .step(
                        "greet",
                        step ->
                                step.handler("greetings-greet")
                                        .after("names")
                                        .setting("word", "Hello")
                                        .maxAttempts(5)
                                        .backoff(Backoff.EXPONENTIAL, Duration.ofMillis(100))
                                        .timeout(Duration.ofSeconds(10)))
                .build();
    }

    /** Runs the workflow once and returns its output as JSON. */
    static String greet(String redis, String namespace, List<String> names)
            throws InterruptedException {
        try (Worker worker = worker(redis, namespace);
                StepweirClient client = StepweirClient.connect(redis, namespace)) {
            SubmittedRun run = client.submit(workflow(), String.join(",", names));
            client.await(run.id(), PATIENCE);
            return client.show(run.id()).map(RunView::output).orElseThrow().toString();
        }
    }

    private static Worker worker(String redis, String namespace) {
        return Worker.builder()
                .redis(redis)
                .namespace(namespace)
                .handler(
                        "greetings-names",
                        String.class,
                        (text, context) -> new Names(List.of(text.split(","))))
                .handler(
                        "greetings-greet",
                        Names.class,
                        (input, context) ->
                                context.setting("word", "Hi")
                                        + " "
                                        + String.join(" and ", input.names()))
                .start();
    }

    /** Arguments: the address of Redis, then names. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length < 2) {
            System.err.println("usage: Greetings REDIS-URL NAME...");
            System.exit(2);
        }
        List<String> names = List.of(args).subList(1, args.length);
        System.out.println(greet(args[0], "default", names));
    }
}
