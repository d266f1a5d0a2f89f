package dev.stepweir.cli;

import dev.stepweir.operator.resume.LockAttempt;
import dev.stepweir.operator.resume.Resumes;
import dev.stepweir.redis.Namespace;
import dev.stepweir.redis.Redis;
import dev.stepweir.run.RunId;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Takes the lock of a run and keeps it for as long as it lives: address, namespace, run. */
final class ResumerMain {

    static final String LOCKED = "locked";

    private ResumerMain() {}

    public static void main(String[] args) throws InterruptedException {
        try (Redis redis = Redis.connect(args[0], "resumer")) {
            Namespace namespace = Namespace.open(redis, args[1]);
            Resumes resumes = new Resumes(redis, namespace, Duration.ofSeconds(2));
            if (resumes.lock(new RunId(args[2]), "eve") instanceof LockAttempt.Held(var lock)) {
                System.out.println(LOCKED);
                CountDownLatch never = new CountDownLatch(1);
                while (!never.await(300, TimeUnit.MILLISECONDS)) {
                    if (!lock.renew()) {
                        return;
                    }
                }
            }
        }
    }
}
