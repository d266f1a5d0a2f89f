package dev.stepweir.examples;

import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.handler.StepContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The steps of {@code failures.yaml}. Each deals with something outside that can be missing: a
 * service, a signature, the worker itself.
 */
final class Journey {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private static final String LIST_PRICE = "42.00 EUR";

    private static final String NEEDED =
            "an input must have service, a URI, and approval and shipments, two paths;"
                    + " without an input nothing outside is needed";

    private Journey() {}

    /**
     * What a run is told.
     *
     * @param service where prices are asked for
     * @param approval the file that is the signature
     * @param shipments the directory where shipments are noted
     */
    record Order(URI service, String approval, String shipments) {

        /**
         * Empty for a run without an input: it has nothing outside that could be missing.
         *
         * @throws PermanentStepException for an input that lacks something: no service will say it
         */
        static Optional<Order> of(StepContext context) {
            Optional<Order> order;
            try {
                order = context.runInput(Order.class);
            } catch (JacksonException e) {
                throw new PermanentStepException(NEEDED, e);
            }
            if (order.filter(given -> !given.isWhole()).isPresent()) {
                throw new PermanentStepException(NEEDED);
            }
            return order;
        }

        private boolean isWhole() {
            return Stream.of(service, approval, shipments).noneMatch(Objects::isNull);
        }
    }

    /** A service that is away or answers with an error is asked again. */
    static Map<String, Object> price(@Nullable JsonNode input, StepContext context)
            throws IOException, InterruptedException {
        Optional<Order> order = Order.of(context);
        if (order.isEmpty()) {
            return Map.of("price", LIST_PRICE);
        }
        HttpRequest request =
                HttpRequest.newBuilder(order.get().service())
                        .timeout(Duration.ofSeconds(5))
                        .build();
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(request.uri() + " answered " + answer.statusCode());
        }
        return Map.of("price", answer.body().strip());
    }

    /** Trying again does not help against a signature that is missing: it is for a person. */
    static Map<String, Object> approve(@Nullable JsonNode input, StepContext context)
            throws IOException {
        Optional<Order> order = Order.of(context);
        if (order.isEmpty()) {
            return Map.of("by", "nobody, since nothing is to be signed");
        }
        Path approval = Path.of(order.get().approval());
        try {
            return Map.of("by", Files.readString(approval).strip());
        } catch (NoSuchFileException missing) {
            throw new PermanentStepException("nobody has signed " + approval.getFileName());
        }
    }

    /**
     * Takes a while. It notes each beginning, and ships by creating a file that can be created
     * once: who finds it knows that an attempt before this one has shipped.
     */
    static Map<String, Object> ship(@Nullable JsonNode input, StepContext context)
            throws IOException, InterruptedException {
        Optional<Order> order = Order.of(context);
        if (order.isEmpty()) {
            pack(context.setting("duration_ms", 1_000));
            return Map.of("shipped", true);
        }
        Path shipments = Path.of(order.get().shipments());
        Files.createDirectories(shipments);
        long process = ProcessHandle.current().pid();
        Files.writeString(
                shipments.resolve("begun"),
                "process %d attempt %d%n".formatted(process, context.attempt()),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        pack(context.setting("duration_ms", 1_000));
        Path shipment = shipments.resolve(context.idempotencyKey().replace('/', '_'));
        try {
            Files.write(
                    shipment,
                    Long.toString(process).getBytes(StandardCharsets.US_ASCII),
                    StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException shipped) {
            return Map.of("shipped", false, "why", "an attempt before this one has shipped");
        }
        return Map.of("shipped", true);
    }

    private static void pack(long millis) throws InterruptedException {
        if (new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("nobody counts this down");
        }
    }
}
