package dev.stepweir.bench;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One benchmark: warms up, then times the PINGs, the floor and the product in turns, so that all
 * see the same noise, and takes medians.
 */
final class Bench {

    private final BenchTarget target;
    private final BenchPlan plan;
    private final Floor floor;
    private final Optional<Contender> product;
    private final Progress progress;
    private final List<Double> pingRates = new ArrayList<>();

    /** Told about each pass; the pass begins after the call. */
    interface Progress {
        void pass(String what);
    }

    Bench(
            BenchTarget target,
            BenchPlan plan,
            Floor floor,
            Optional<Contender> product,
            Progress progress) {
        this.target = target;
        this.plan = plan;
        this.floor = floor;
        this.product = product;
        this.progress = progress;
    }

    BenchReport run() {
        Map<Shape, BenchReport.Drained> drains = new LinkedHashMap<>();
        Optional<BenchReport.Passed> latency = Optional.empty();
        for (Shape shape : plan.shapes()) {
            if (shape == Shape.LATENCY) {
                latency = Optional.of(latency());
            } else {
                drains.put(shape, drained(shape));
            }
        }
        Optional<BenchReport.Backlog> backlog =
                plan.waiting().isPresent()
                        ? Optional.of(backlog(plan.waiting().getAsInt()))
                        : Optional.empty();
        return new BenchReport(
                target.aof(),
                target.description(),
                median(pingRates, Comparator.naturalOrder()),
                drains,
                latency,
                backlog);
    }

    private double pingRate() {
        Duration time = Duration.ofMillis(plan.rounds() > 1 ? 700 : 200);
        return PingRate.measure(URI.create(target.url()), time);
    }

    private BenchReport.Drained drained(Shape shape) {
        int runs = plan.runs(shape);
        for (Contender contender : contenders()) {
            progress.pass("warm-up " + shape.label() + " " + contender.name());
            contender.warmUp(shape, Math.max(1, runs / 2));
        }
        Map<Contender, Throughput> medians =
                inTurns(
                        shape.label(),
                        contender -> contender.drain(shape, runs),
                        Comparator.comparingDouble(Throughput::stepsPerSecond));
        return new BenchReport.Drained(
                of(floor, medians), floor.mode(), product.map(p -> of(p, medians)));
    }

    private BenchReport.Passed latency() {
        for (Contender contender : contenders()) {
            progress.pass("warm-up latency " + contender.name());
            contender.chain(plan.chainRuns());
        }
        Map<Contender, Latency> medians =
                inTurns(
                        "latency",
                        contender -> contender.chain(plan.chainRuns()),
                        Comparator.comparingDouble(Latency::p50Millis));
        return new BenchReport.Passed(of(floor, medians), product.map(p -> of(p, medians)));
    }

    private BenchReport.Backlog backlog(int waiting) {
        Map<Contender, Throughput> few = behind(BenchPlan.FEW_WAITING);
        Map<Contender, Throughput> many = behind(waiting);
        return new BenchReport.Backlog(
                waiting,
                new BenchReport.Ends(of(floor, few), of(floor, many)),
                product.map(p -> new BenchReport.Ends(of(p, few), of(p, many))));
    }

    private Map<Contender, Throughput> behind(int waiting) {
        return inTurns(
                waiting + " waiting",
                contender -> contender.drainBehind(waiting, plan.steps()),
                Comparator.comparingDouble(Throughput::stepsPerSecond));
    }

    private <T> Map<Contender, T> inTurns(
            String what, Function<Contender, T> pass, Comparator<T> order) {
        Map<Contender, List<T>> results = new LinkedHashMap<>();
        for (int round = 0; round < plan.rounds(); round++) {
            pingRates.add(pingRate());
            for (Contender contender : contenders()) {
                progress.pass(what + " " + contender.name());
                results.computeIfAbsent(contender, _ -> new ArrayList<>())
                        .add(pass.apply(contender));
            }
        }
        Map<Contender, T> medians = new LinkedHashMap<>();
        results.forEach((contender, all) -> medians.put(contender, median(all, order)));
        return medians;
    }

    private List<Contender> contenders() {
        return Stream.concat(Stream.of(floor), product.stream()).toList();
    }

    private static <T> T of(Contender contender, Map<Contender, T> medians) {
        T median = medians.get(contender);
        if (median == null) {
            throw new IllegalStateException(contender.name() + " was not measured");
        }
        return median;
    }

    private static <T> T median(List<T> values, Comparator<? super T> order) {
        return values.stream().sorted(order).toList().get(values.size() / 2);
    }
}
