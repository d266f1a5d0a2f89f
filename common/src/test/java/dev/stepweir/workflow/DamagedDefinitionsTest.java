package dev.stepweir.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A failure prints its seed; {@code -Dseed=} runs that one again. */
class DamagedDefinitionsTest {

    private static final int TEXTS = 3_000;
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final String BITS =
            "{}[]:,-\"'\n\t #&*!|>%@`~\\0129aeu\u0000\uD83D\uDE00\u2028?<";

    private final DefinitionReader reader = new DefinitionReader();

    @Test
    void no_damage_to_a_definition_makes_the_reader_throw() throws Exception {
        List<String> texts = texts();
        for (int i = 0; i < TEXTS; i++) {
            long seed = SEED + i;
            Random random = new Random(seed);
            String text = damaged(texts.get(random.nextInt(texts.size())), random);
            try {
                check(reader.read(text, random.nextBoolean() ? "w.yaml" : "w.json"));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("run again with -Dseed=" + seed, e);
            }
        }
    }

    private static void check(Definition definition) {
        switch (definition) {
            case Definition.Valid(Workflow workflow, List<Fault> warnings) ->
                    assertThat(WorkflowJson.read(WorkflowJson.write(workflow))).isEqualTo(workflow);
            case Definition.Invalid(List<Fault> faults) ->
                    assertThat(faults)
                            .isNotEmpty()
                            .allMatch(fault -> fault.line() > 0 && fault.column() > 0)
                            .allMatch(fault -> !fault.toString().contains("\n"))
                            .allMatch(fault -> !fault.message().isBlank());
        }
    }

    private static String damaged(String text, Random random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(damaged.length());
            int end = Math.min(damaged.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> damaged.delete(at, Math.min(end, damaged.length() - 1));
                case 1 -> damaged.insert(at, BITS.charAt(random.nextInt(BITS.length())));
                case 2 -> damaged.setCharAt(at, BITS.charAt(random.nextInt(BITS.length())));
                default ->
                        damaged.insert(
                                random.nextInt(damaged.length()), damaged.substring(at, end));
            }
        }
        return damaged.toString();
    }

    private static List<String> texts() throws IOException, URISyntaxException {
        URL root = Objects.requireNonNull(DamagedDefinitionsTest.class.getResource("/definitions"));
        List<String> texts = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of(root.toURI()))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                texts.add(Files.readString(file));
            }
        }
        return texts;
    }
}
