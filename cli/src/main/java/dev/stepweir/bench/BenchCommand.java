package dev.stepweir.bench;

import dev.stepweir.embedded.RedisUnavailableException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code stepweir bench}: how fast this machine, this server and this version are together. */
@Command(
        name = "bench",
        description = {
            "Measures steps per second and the time from step to step, beside the bare protocol.",
            "Everything in one call runs against the same server, in turns, median of three."
        },
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {

    private static final int NO_REDIS = 5;
    private static final int TAKEN_AT_ONCE = 100;

    /** Makes the product's contender; empty measures the floor alone. */
    private static final Function<BenchTarget, Optional<Contender>> PRODUCT =
            target -> Optional.of(new Product(target));

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            converter = ShapeName.class,
            description = "plain, fan, chain or latency; may be repeated. Default: all four.")
    private List<Shape> shapes = List.of();

    @Option(
            names = "--aof",
            paramLabel = "MODE",
            converter = AofName.class,
            description = "no, everysec or always. Default: no; with --redis, as the server is.")
    private @Nullable Aof aof;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "2",
            description = "Partitions, each with one connection, 1 to 64 (${DEFAULT-VALUE}).")
    private int partitions;

    @Option(
            names = "--redis",
            paramLabel = "URL",
            description = "A server to use, as it is. Default: one is started for the benchmark.")
    private @Nullable String redis;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps per timed drain, at least 1,000. Default: 200,000.")
    private @Nullable Integer steps;

    @Option(
            names = "--waiting",
            paramLabel = "N",
            description = "Also compares the rate with 1,000 and with N steps waiting.")
    private @Nullable Integer waiting;

    @Option(names = "--json", description = "Prints one JSON object and nothing else.")
    private boolean json;

    @Option(names = "--quick", description = "Seconds instead of minutes, and rough figures.")
    private boolean quick;

    @Spec private CommandSpec spec;

    /** Made by the command line. */
    public BenchCommand() {}

    @Override
    public Integer call() {
        BenchPlan plan = plan();
        try (Interruption interruption = new Interruption();
                BenchTarget target = target();
                BenchClient client = new BenchClient(target);
                Floor floor =
                        new Floor(
                                client.redis(),
                                target.namespace() + "-floor",
                                target.partitions(),
                                TAKEN_AT_ONCE)) {
            print(measure(target, plan, floor));
            return 0;
        } catch (RedisConnectionException | RedisUnavailableException unreachable) {
            spec.commandLine().getErr().println("stepweir bench: " + unreachable.getMessage());
            return NO_REDIS;
        } catch (BenchException failed) {
            spec.commandLine().getErr().println("stepweir bench: " + failed.getMessage());
            return 1;
        }
    }

    private BenchReport measure(BenchTarget target, BenchPlan plan, Floor floor) {
        Optional<Contender> product = PRODUCT.apply(target);
        try {
            if (json || System.console() == null || !System.console().isTerminal()) {
                return new Bench(target, plan, floor, product, _ -> {}).run();
            }
            long passes = plan.passes() * (product.isPresent() ? 2 : 1);
            try (ProgressBar bar = progressBar(passes)) {
                BenchReport report =
                        new Bench(target, plan, floor, product, what -> step(bar, what)).run();
                bar.stepTo(passes);
                return report;
            }
        } finally {
            Interruption.forget();
            product.ifPresent(Contender::close);
        }
    }

    private static ProgressBar progressBar(long passes) {
        return new ProgressBarBuilder()
                .setTaskName("bench")
                .setInitialMax(passes + 1)
                .setStyle(ProgressBarStyle.ASCII)
                .build();
    }

    private static void step(ProgressBar bar, String what) {
        bar.setExtraMessage(what);
        bar.step();
    }

    private void print(BenchReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report.json());
        } else {
            report.table().forEach(out::println);
        }
        out.flush();
    }

    private BenchPlan plan() {
        try {
            int drained = steps != null ? steps : quick ? 10_000 : 200_000;
            return new BenchPlan(
                    shapes.isEmpty() ? List.of(Shape.values()) : shapes,
                    drained,
                    quick ? 20 : 1_000,
                    quick ? 1 : 3,
                    waiting == null ? OptionalInt.empty() : OptionalInt.of(waiting));
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), refused.getMessage(), refused);
        }
    }

    private BenchTarget target() {
        if (partitions < 1 || partitions > 64) {
            throw new ParameterException(
                    spec.commandLine(), "--partitions must be 1 to 64, not " + partitions);
        }
        return redis != null
                ? BenchTarget.at(redis, Optional.ofNullable(aof), partitions)
                : BenchTarget.started(aof == null ? Aof.NO : aof, partitions);
    }

    /** Ctrl-C: what was written on somebody's server is removed before the process ends. */
    private static final class Interruption implements AutoCloseable {

        private static final long PATIENCE_SECONDS = 30;

        private final CountDownLatch tidied = new CountDownLatch(1);
        private final Thread hook;

        Interruption() {
            Thread measuring = Thread.currentThread();
            hook = new Thread(() -> interrupt(measuring), "stepweir-bench-interrupted");
            Runtime.getRuntime().addShutdownHook(hook);
        }

        private void interrupt(Thread measuring) {
            measuring.interrupt();
            try {
                var unused = tidied.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** From here on it is tidied up, which must not be interrupted. */
        static void forget() {
            var unused = Thread.interrupted();
        }

        @Override
        public void close() {
            tidied.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException ending) {
                // It is the hook that brought us here.
            }
        }
    }

    /** The floor's client, closed after the floor. */
    private static final class BenchClient implements AutoCloseable {

        private final RedisClient redis;

        BenchClient(BenchTarget target) {
            this.redis = RedisClient.create(target.uri());
        }

        RedisClient redis() {
            return redis;
        }

        @Override
        public void close() {
            redis.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    /** Reads a shape's name, whatever its case. */
    private static final class ShapeName implements ITypeConverter<Shape> {
        @Override
        public Shape convert(String value) {
            return Shape.valueOf(known(value, Shape.values()));
        }
    }

    /** Reads an AOF mode, whatever its case. */
    private static final class AofName implements ITypeConverter<Aof> {
        @Override
        public Aof convert(String value) {
            return Aof.valueOf(known(value, Aof.values()));
        }
    }

    private static String known(String value, Enum<?>[] all) {
        String name = value.toUpperCase(Locale.ROOT);
        List<String> names = Arrays.stream(all).map(Enum::name).toList();
        if (!names.contains(name)) {
            throw new picocli.CommandLine.TypeConversionException(
                    "'%s' is none of %s"
                            .formatted(value, String.join(", ", names).toLowerCase(Locale.ROOT)));
        }
        return name;
    }
}
