package dev.stepweir.testkit.tidy;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import dev.stepweir.testkit.tidy.JavaFile.Method;
import dev.stepweir.testkit.tidy.JavaFile.Use;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Reads Java files with the JDK's own parser, so that comments and strings are never mistaken. */
final class JavaParser {

    private JavaParser() {}

    static List<JavaFile> parse(List<TextFile> files) {
        if (files.isEmpty()) {
            return List.of();
        }
        List<Source> sources = files.stream().map(Source::new).toList();
        JavacTask task =
                (JavacTask)
                        ToolProvider.getSystemJavaCompiler()
                                .getTask(
                                        null,
                                        null,
                                        null,
                                        List.of("-proc:none", "-nowarn"),
                                        null,
                                        sources);
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        try {
            return StreamSupport.stream(task.parse().spliterator(), false)
                    .map(unit -> new Reader(unit, positions).read())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {

        private final TextFile file;

        Source(TextFile file) {
            super(URI.create("text:///" + file.path()), JavaFileObject.Kind.SOURCE);
            this.file = file;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return file.text();
        }
    }

    /** Walks one file. */
    private static final class Reader extends TreeScanner<@Nullable Void, @Nullable Void> {

        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<Use> uses = new ArrayList<>();
        private final List<Method> methods = new ArrayList<>();

        Reader(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
        }

        JavaFile read() {
            scan(unit.getImports(), null);
            scan(unit.getTypeDecls(), null);
            return new JavaFile(
                    unit.getSourceFile().toUri().getPath().substring(1),
                    String.valueOf(unit.getPackageName()),
                    List.copyOf(uses),
                    List.copyOf(methods),
                    unit.getTypeDecls().stream()
                            .filter(ClassTree.class::isInstance)
                            .map(type -> ((ClassTree) type).getSimpleName().toString())
                            .toList(),
                    isNullMarked());
        }

        private boolean isNullMarked() {
            return unit.getPackageAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().endsWith("NullMarked"));
        }

        @Override
        public @Nullable Void visitImport(ImportTree tree, @Nullable Void unused) {
            String name = tree.getQualifiedIdentifier().toString();
            use(name, tree);
            if (tree.isStatic()) {
                use(name + "()", tree);
                use(name + "(..)", tree);
            }
            return null;
        }

        @Override
        public @Nullable Void visitMemberSelect(MemberSelectTree tree, @Nullable Void unused) {
            use(tree.toString(), tree);
            return super.visitMemberSelect(tree, null);
        }

        @Override
        public @Nullable Void visitMemberReference(
                MemberReferenceTree tree, @Nullable Void unused) {
            String name = tree.getQualifierExpression() + "." + tree.getName();
            boolean constructor = tree.getMode() == MemberReferenceTree.ReferenceMode.NEW;
            use(constructor ? "new " + tree.getQualifierExpression() + "()" : name + "()", tree);
            use(name + "(..)", tree);
            return super.visitMemberReference(tree, null);
        }

        @Override
        public @Nullable Void visitMethodInvocation(
                MethodInvocationTree tree, @Nullable Void unused) {
            String arguments = tree.getArguments().isEmpty() ? "()" : "(..)";
            use(tree.getMethodSelect() + arguments, tree);
            return super.visitMethodInvocation(tree, null);
        }

        @Override
        public @Nullable Void visitNewClass(NewClassTree tree, @Nullable Void unused) {
            String type = tree.getIdentifier().toString();
            String simple = type.substring(type.lastIndexOf('.') + 1);
            use("new " + simple + (tree.getArguments().isEmpty() ? "()" : "(..)"), tree);
            return super.visitNewClass(tree, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree tree, @Nullable Void unused) {
            long last = positions.getEndPosition(unit, tree);
            if (last >= 0) {
                methods.add(new Method(tree.getName().toString(), line(tree), lineAt(last)));
            }
            return super.visitMethod(tree, null);
        }

        private void use(String name, Tree tree) {
            uses.add(new Use(name, line(tree)));
        }

        private long line(Tree tree) {
            return lineAt(positions.getStartPosition(unit, tree));
        }

        private long lineAt(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}
