package dev.stepweir.proof;

import dev.stepweir.handler.StepContext;
import dev.stepweir.redis.Redis;
import dev.stepweir.worker.Worker;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.JsonNode;

/** A worker process with witnessed steps and short periods. Arguments: address, namespace. */
final class WorkerMain {

    static final String READY = "ready ";

    /** A handler that ends the process. */
    static final String PILL = "pill";

    private WorkerMain() {}

    public static void main(String[] args) throws InterruptedException {
        Redis own = Redis.connect(args[0], "witness");
        try (Worker worker =
                Worker.builder()
                        .redis(args[0])
                        .namespace(args[1])
                        .config(Stack.WORKER)
                        .handlers(Witness.handlers(own, args[1]).add(PILL, WorkerMain::die))
                        .start()) {
            System.out.println(READY + worker.id());
            new CountDownLatch(1).await();
        }
    }

    private static Object die(JsonNode input, StepContext context) {
        Runtime.getRuntime().halt(9);
        return input;
    }
}
