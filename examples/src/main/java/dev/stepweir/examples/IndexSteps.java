package dev.stepweir.examples;

import dev.stepweir.handler.PermanentStepException;
import dev.stepweir.handler.StepContext;
import dev.stepweir.json.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The steps of {@code index.yaml}, each a handler. They only read, so trying again is harmless. */
final class IndexSteps {

    /** Directories whose content is not anybody's text. */
    private static final Set<String> SKIPPED = Set.of(".git", "target");

    private static final int MOST_TERMS = 20_000;

    /** Below what a step's output may have, with room for the quotes and commas of JSON. */
    private static final int MOST_CHARACTERS = 1_800_000;

    private IndexSteps() {}

    /**
     * The regular files under the run's {@code dir}, else the setting {@code dir}; links are not
     * followed.
     */
    static FileList list(@Nullable JsonNode input, StepContext context) throws IOException {
        Path directory =
                IndexInput.of(context)
                        .directory()
                        .orElseGet(() -> Path.of(context.setting("dir", ".")))
                        .toAbsolutePath()
                        .normalize();
        if (!Files.isDirectory(directory)) {
            throw new PermanentStepException("there is no directory " + directory);
        }
        String root = asDirectory(directory.toUri());
        List<String> files = new ArrayList<>();
        Files.walkFileTree(directory, new RegularFiles(directory, context, files));
        files.replaceAll(uri -> uri.substring(root.length()));
        Collections.sort(files);
        long characters = files.stream().mapToLong(file -> file.length() + 3L).sum();
        if (characters > MOST_CHARACTERS) {
            throw new PermanentStepException(
                    "the names of the %,d files under %s take %,d bytes, the limit is %,d: index a"
                                    .formatted(files.size(), directory, characters, MOST_CHARACTERS)
                            + " smaller directory");
        }
        context.logger().info("{} files under {}", files.size(), directory);
        return new FileList(root, files);
    }

    private static String asDirectory(URI uri) {
        String text = uri.toString();
        return text.endsWith("/") ? text : text + "/";
    }

    /** As many batches as the setting {@code batches} says, of about the same number of files. */
    static Batches split(FileList list, StepContext context) {
        int count = positive(context, "batches");
        List<List<String>> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(new ArrayList<>());
        }
        // Dealt like cards: neighbours in a directory are often of the same size.
        for (int i = 0; i < list.files().size(); i++) {
            batches.get(i % count).add(list.files().get(i));
        }
        context.logger().info("{} files in {} batches", list.files().size(), count);
        return new Batches(list.root(), batches);
    }

    /** Counts batch number {@code batch} of {@code of}, as the settings say. */
    static Totals count(Batches batches, StepContext context) throws IOException {
        int batch = positive(context, "batch");
        int of = positive(context, "of");
        if (of != batches.batches().size() || batch > of) {
            throw new PermanentStepException(
                    "batch %d of %d was asked for, there are %d"
                            .formatted(batch, of, batches.batches().size()));
        }
        Tally tally = new Tally();
        for (String file : batches.batches().get(batch - 1)) {
            stopIfCancelled(context);
            tally.add(Path.of(URI.create(batches.root() + file)));
        }
        Totals totals = tally.totals(MOST_TERMS);
        context.logger().info("{} text files, {} lines", totals.files(), totals.lines());
        return totals;
    }

    /** Adds up what the steps before it counted. */
    static Totals merge(JsonNode counts, StepContext context) {
        Tally tally = new Tally();
        boolean exact = true;
        for (JsonNode count : counts) {
            Totals part = Json.read(count.toString(), Totals.class);
            exact &= part.exact() && part.distinct() == part.terms().size();
            tally.add(part);
        }
        Totals all = tally.totals((int) context.setting("top", 20L));
        context.logger().info("{} text files, {} words", all.files(), all.words());
        return new Totals(
                all.files(),
                all.binary(),
                all.unreadable(),
                all.lines(),
                all.words(),
                all.bytes(),
                all.distinct(),
                exact && all.exact(),
                all.terms());
    }

    private static int positive(StepContext context, String setting) {
        long value = context.setting(setting, 1L);
        if (value < 1 || value > 1_000) {
            throw new PermanentStepException(
                    "setting '" + setting + "' must be 1 to 1000, found " + value);
        }
        return (int) value;
    }

    private static void stopIfCancelled(StepContext context) {
        if (context.isCancelled()) {
            throw new CancellationException("the step was cancelled");
        }
    }

    /** Collects what can be reached, as URIs. */
    private static final class RegularFiles extends SimpleFileVisitor<Path> {

        private final Path root;
        private final StepContext context;
        private final List<String> files;

        RegularFiles(Path root, StepContext context, List<String> files) {
            this.root = root;
            this.context = context;
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            stopIfCancelled(context);
            Path name = directory.getFileName();
            boolean skipped =
                    !directory.equals(root) && name != null && SKIPPED.contains(name.toString());
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
                files.add(file.toUri().toString());
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE; // as find does, which complains and goes on
        }

        @Override
        public FileVisitResult postVisitDirectory(
                Path directory, @Nullable IOException incomplete) {
            return FileVisitResult.CONTINUE;
        }
    }
}
