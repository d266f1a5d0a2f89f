package dev.stepweir.testkit.tidy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The text files of the repository, and what its Java files say. */
record Sources(List<TextFile> files, List<JavaFile> java) {

    private static final Set<String> HIDDEN_BUT_OURS = Set.of(".ci", ".mvn", ".github");

    static Sources of(List<TextFile> files) {
        return new Sources(
                files, JavaParser.parse(files.stream().filter(TextFile::isJava).toList()));
    }

    /** Reads the checkout that the tests run in. */
    static Sources ofRepository() throws IOException {
        Path root = root();
        List<TextFile> files = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        return directory.equals(root) || isOurs(directory)
                                ? FileVisitResult.CONTINUE
                                : FileVisitResult.SKIP_SUBTREE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (!attributes.isRegularFile()) {
                            return FileVisitResult.CONTINUE;
                        }
                        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                        if (text.indexOf('\0') < 0) {
                            String path = root.relativize(file).toString().replace('\\', '/');
                            files.add(new TextFile(path, Files.readString(file)));
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return of(List.copyOf(files));
    }

    private static boolean isOurs(Path directory) {
        String name = directory.getFileName().toString();
        return !name.equals("target") && (!name.startsWith(".") || HIDDEN_BUT_OURS.contains(name));
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("mvnw"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new IllegalStateException("not inside the repository");
            }
            directory = parent;
        }
        return directory;
    }

    List<JavaFile> mainJava() {
        return java.stream().filter(JavaFile::isMain).toList();
    }
}
