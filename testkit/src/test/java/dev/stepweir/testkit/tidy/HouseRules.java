package dev.stepweir.testkit.tidy;

import dev.stepweir.testkit.tidy.Budgets.Limit;
import dev.stepweir.testkit.tidy.Rule.Sample;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** All rules, budgets and allow-lists; the one place to adjust them. */
final class HouseRules {

    private static final int LINE = 100;
    private static final int FILE = 400;
    private static final int METHOD = 60;
    private static final int SCRIPT = 120;
    private static final int PACKAGE = 20;

    /** The one script that every completion goes through: commit, count down, publish, begin. */
    private static final Map<String, Integer> LARGER_SCRIPTS =
            Map.of("common/src/main/resources/dev/stepweir/redis/script/advance_steps.lua", 242);

    /** A class for each script, by design; and the worker's engine behind its one public door. */
    private static final Map<String, Integer> LARGER_PACKAGES =
            Map.of(
                    "common/src/main/java/dev/stepweir/redis/script", 61,
                    "common/src/main/java/dev/stepweir/workflow", 22,
                    "worker/src/main/java/dev/stepweir/worker", 29);

    /** Lowest first. */
    private static final List<String> LAYERS =
            List.of(
                    "dev.stepweir.json",
                    "dev.stepweir.workflow",
                    "dev.stepweir.state",
                    "dev.stepweir.run",
                    "dev.stepweir.redis",
                    "dev.stepweir.operator",
                    "dev.stepweir.client");

    private static final List<String> SPEAKS_TO_REDIS =
            List.of(
                    "dev.stepweir.redis",
                    "dev.stepweir.orchestrator",
                    "dev.stepweir.reaper",
                    "dev.stepweir.worker",
                    "dev.stepweir.operator",
                    "dev.stepweir.client",
                    "dev.stepweir.bench",
                    "dev.stepweir.cli",
                    "dev.stepweir.testkit");

    /** The process's edges: here people are spoken to. */
    private static final List<String> EDGES = List.of("cli/", "testkit/", "examples/");

    private static final String WORKER = "worker/src/main/java/dev/stepweir/worker/";

    /** The edges, and the default of a worker that somebody's own program starts. */
    private static final List<String> CLOCK_MAKERS =
            List.of("cli/", "testkit/", "examples/", WORKER + "Worker.java");

    /** The built-in handler whose work it is to take time. */
    private static final List<String> SLEEPERS =
            List.of("worker/src/main/java/dev/stepweir/handler/BuiltInHandlers.java");

    private static final List<String> NOWHERE = List.of();

    private HouseRules() {}

    static List<Rule> all() {
        return List.of(
                new Rule(
                        "a line of Java has at most " + LINE + " characters",
                        Budgets.lineLength(LINE),
                        java("// " + "x".repeat(LINE))),
                new Rule(
                        "a main file has at most " + FILE + " lines",
                        Budgets.fileLength(
                                path -> path.contains("/src/main/") && path.endsWith(".java"),
                                new Limit(FILE, Map.of())),
                        java("\n".repeat(FILE))),
                new Rule(
                        "a method has at most " + METHOD + " lines",
                        Budgets.methodLength(METHOD),
                        java("class A { void a() {" + "\n".repeat(METHOD) + "} }")),
                new Rule(
                        "a script has at most " + SCRIPT + " lines",
                        Budgets.fileLength(
                                path -> path.endsWith(".lua"), new Limit(SCRIPT, LARGER_SCRIPTS)),
                        new Sample("common/src/main/resources/a.lua", "\n".repeat(SCRIPT + 1))),
                new Rule(
                        "a package has at most " + PACKAGE + " types",
                        Budgets.packageSize(new Limit(PACKAGE, LARGER_PACKAGES)),
                        java("class A {} ".repeat(PACKAGE + 1))),
                new Rule(
                        "nothing is left for later",
                        // Spelled so that this file does not break its own rule.
                        Bans.text(Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b")),
                        java("// FIX" + "ME later")),
                new Rule(
                        "no path of somebody's machine",
                        Bans.text(Pattern.compile("(^|[^A-Za-z0-9_.])/(root|home|Users)/[A-Za-z]")),
                        new Sample("docs/a.md", "cd /" + "home/ada/stepweir")),
                new Rule(
                        "no jq" + "wik: its terms do not suit this project",
                        Bans.text(Pattern.compile("(?i)jq" + "wik")),
                        new Sample("pom.xml", "<groupId>net.jq" + "wik</groupId>")),
                new Rule(
                        "wall time comes in as a Clock",
                        Bans.use("Instant.now()", NOWHERE),
                        java("class A { Object a = java.time.Instant.now(); }")),
                new Rule(
                        "wall time comes in as a Clock, not as a number",
                        Bans.use("System.currentTimeMillis()", NOWHERE),
                        java(
                                "class A { java.util.function.LongSupplier a"
                                        + " = System::currentTimeMillis; }")),
                new Rule(
                        "only the edges make the system clock",
                        Bans.use("Clock.systemUTC()", CLOCK_MAKERS),
                        java("class A { Object a = Clock.systemUTC(); }")),
                new Rule(
                        "nobody sleeps: wait for something, or for it to be cancelled",
                        Bans.use("Thread.sleep(..)", SLEEPERS),
                        java("class A { void a() { Thread." + "sleep(10); } }")),
                new Rule(
                        "only the edges print",
                        Bans.use("System.out", EDGES),
                        java("class A { void a() { System.out.println(); } }")),
                new Rule(
                        "only the edges print errors",
                        Bans.use("System.err", EDGES),
                        java("class A { void a() { System.err.println(); } }")),
                new Rule(
                        "chance has a seed",
                        Bans.use("new Random()", NOWHERE),
                        java("class A { Object a = new java.util.Random(); }")),
                new Rule(
                        "chance has a seed, also in Math",
                        Bans.use("Math.random()", NOWHERE),
                        java("class A { double a = Math.random(); }")),
                new Rule("names say something", Bans.emptyNames(), java("class StoreImpl {}")),
                new Rule(
                        "every package says what it is for and is null-marked",
                        Bans.unmarkedPackages(),
                        java("class A {}")),
                new Rule(
                        "the architecture page names every package",
                        Pages.nameEveryPackage("docs/ARCHITECTURE.md"),
                        java("class A {}")),
                new Rule(
                        "lower layers do not know the higher ones",
                        Directions.layers(LAYERS),
                        in("workflow", "import dev.stepweir.redis.Keys;")),
                new Rule(
                        "orchestrator and worker do not know each other",
                        Directions.strangers("dev.stepweir.orchestrator", "dev.stepweir.worker"),
                        in("worker", "class A { dev.stepweir.orchestrator.Inbox a; }")),
                new Rule(
                        "main code does not know the testkit",
                        Directions.nobodyMentions("dev.stepweir.testkit"),
                        in("worker", "import dev.stepweir.testkit.TestRedis;")),
                new Rule(
                        "only the Redis packages know the Redis client",
                        Directions.libraryOnlyIn("io.lettuce", SPEAKS_TO_REDIS),
                        in("workflow", "import io.lettuce.core.RedisClient;")));
    }

    private static Sample java(String body) {
        return in("run", body);
    }

    private static Sample in(String packageName, String body) {
        return new Sample(
                "common/src/main/java/dev/stepweir/" + packageName + "/A.java",
                "package dev.stepweir." + packageName + ";\n" + body + "\n");
    }
}
