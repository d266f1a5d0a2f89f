package dev.stepweir.testkit;

import dev.stepweir.embedded.RedisServerOptions;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs behind {@link WithRedis}. */
final class RedisExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(RedisExtension.class);
    private static final String JVM_MARK =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** What one test holds, from before its set-up to after its tear-down. */
    private record Lent(TestRedis redis, LeakCheck leaks) {}

    @Override
    public void beforeEach(ExtensionContext context) {
        lent(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestRedis.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return lent(context).redis();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Lent lent = context.getStore(STORE).remove(Lent.class, Lent.class);
        if (lent == null) {
            return;
        }
        lent.redis().closeConnections();
        SharedRedis shared = shared(context);
        if (annotation(context).privateServer()) {
            lent.redis().server().close();
        } else {
            deleteNamespace(shared, lent.redis());
        }
        lent.leaks().verify();
    }

    private Lent lent(ExtensionContext context) {
        return context.getStore(STORE).computeIfAbsent(Lent.class, _ -> lend(context), Lent.class);
    }

    private Lent lend(ExtensionContext context) {
        SharedRedis shared = shared(context);
        WithRedis annotation = annotation(context);
        String namespace = "t-" + JVM_MARK + "-" + COUNT.incrementAndGet();
        if (annotation.privateServer()) {
            PrivateRedis own = PrivateRedis.start(options(annotation));
            return new Lent(
                    new TestRedis(
                            own.uri(),
                            own.description(),
                            namespace,
                            Optional.of(own),
                            shared::client),
                    LeakCheck.ofThreads());
        }
        boolean countable =
                shared.isOurs() && context.getExecutionMode() == ExecutionMode.SAME_THREAD;
        TestRedis redis =
                new TestRedis(
                        shared.uri(),
                        shared.description(),
                        namespace,
                        Optional.empty(),
                        shared::client);
        return new Lent(
                redis,
                countable ? LeakCheck.ofThreadsAndConnections(shared) : LeakCheck.ofThreads());
    }

    private static RedisServerOptions options(WithRedis annotation) {
        RedisServerOptions options =
                RedisServerOptions.forTests().withAppendFsync(annotation.appendFsync());
        return annotation.maxmemoryBytes() == 0
                ? options
                : options.withMaxmemoryBytes(annotation.maxmemoryBytes());
    }

    private static WithRedis annotation(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(
                        context.getRequiredTestClass(),
                        WithRedis.class,
                        context.getEnclosingTestClasses())
                .orElseThrow(() -> new IllegalStateException("the class has no @WithRedis"));
    }

    private static SharedRedis shared(ExtensionContext context) {
        return context.getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, STORE)
                .computeIfAbsent(SharedRedis.class, _ -> new SharedRedis(), SharedRedis.class);
    }

    private static void deleteNamespace(SharedRedis shared, TestRedis redis) {
        ScanArgs ours = ScanArgs.Builder.matches(redis.keyPrefix() + "*").limit(1_000);
        try (StatefulRedisConnection<String, String> connection =
                shared.client().connect(RedisURI.create(redis.uri()))) {
            RedisCommands<String, String> commands = connection.sync();
            ScanCursor cursor = ScanCursor.INITIAL;
            while (!cursor.isFinished()) {
                KeyScanCursor<String> page = commands.scan(cursor, ours);
                if (!page.getKeys().isEmpty()) {
                    commands.unlink(page.getKeys().toArray(String[]::new));
                }
                cursor = page;
            }
        }
    }
}
