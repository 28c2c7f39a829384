package dev.coppice.bench.tidy;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/**
 * Holds what the laws ask of one source file, read by the compiler's own parser.
 *
 * @param file of the source.
 * @param isTest whether it stands under {@code src/test}.
 * @param packageName it declares.
 * @param imports of types and packages by their full names, used ones without import included.
 * @param types at the top level.
 * @param methods of all its types.
 * @param undocumented public types without a documentation comment.
 * @param lines of text.
 */
record JavaSource(
    Path file,
    boolean isTest,
    String packageName,
    Set<String> imports,
    List<String> types,
    List<Method> methods,
    List<String> undocumented,
    List<String> lines) {

  /** Measures one method. */
  record Method(String name, int lines, int parameters) {}

  /** Finds the root of the project. */
  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isRegularFile(folder.resolve("coppice")) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return folder;
  }

  /** Reads all sources of a project. */
  static List<JavaSource> all(final Path root) {
    return parse(files(root));
  }

  /** Reads a file of text. */
  static List<String> lines(final Path file) {
    try {
      return Files.readAllLines(file);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Finds all sources of a project. */
  static List<Path> files(final Path root) {
    final List<Path> files = new ArrayList<>();
    try (Stream<Path> modules = Files.list(root)) {
      for (final Path module : modules.sorted().toList()) {
        for (final String kind : List.of("src/main/java", "src/test/java")) {
          addFiles(module.resolve(kind), files);
        }
      }
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  private static void addFiles(final Path folder, final List<Path> files) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> walk = Files.walk(folder)) {
        walk.filter(file -> file.toString().endsWith(".java")).sorted().forEach(files::add);
      }
    }
  }

  /** Has every file scanned as the compiler reads it. */
  static void scan(final List<Path> files, final TreeScanner<Void, Void> scanner) {
    parse(files, (unit, trees) -> scanner.scan(unit, null));
  }

  private static List<JavaSource> parse(final List<Path> files) {
    final List<JavaSource> sources = new ArrayList<>();
    parse(files, (unit, trees) -> sources.add(of(unit, trees)));
    return sources;
  }

  private static void parse(
      final List<Path> files, final BiConsumer<CompilationUnitTree, DocTrees> reader) {
    final var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      final JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      for (final CompilationUnitTree unit : task.parse()) {
        reader.accept(unit, DocTrees.instance(task));
      }
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JavaSource of(final CompilationUnitTree unit, final DocTrees trees) {
    final Path file = Path.of(unit.getSourceFile().toUri());
    final Scan scan = new Scan(unit, trees);
    scan.scan(unit, null);
    final boolean isTest = file.toString().contains("/src/test/");
    return new JavaSource(
        file,
        isTest,
        String.valueOf(unit.getPackageName()),
        scan.names,
        scan.types,
        scan.methods,
        scan.undocumented,
        lines(file));
  }

  /** Walks a file and notes what the laws ask for. */
  private static final class Scan extends TreePathScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final DocTrees trees;
    private final SourcePositions positions;
    private final Set<String> names = new HashSet<>();
    private final List<String> types = new ArrayList<>();
    private final List<Method> methods = new ArrayList<>();
    private final List<String> undocumented = new ArrayList<>();

    Scan(final CompilationUnitTree unit, final DocTrees trees) {
      this.unit = unit;
      this.trees = trees;
      this.positions = trees.getSourcePositions();
    }

    @Override
    public Void visitImport(final ImportTree node, final Void ignored) {
      names.add(node.getQualifiedIdentifier().toString());
      return null;
    }

    @Override
    public Void visitMemberSelect(final MemberSelectTree node, final Void ignored) {
      final String text = node.toString();
      if (text.startsWith("dev.coppice.") && !inPackageDeclaration()) {
        names.add(text);
        return null;
      }
      return super.visitMemberSelect(node, null);
    }

    private boolean inPackageDeclaration() {
      for (final Tree step : getCurrentPath()) {
        if (step.getKind() == Tree.Kind.PACKAGE) {
          return true;
        }
      }
      return false;
    }

    @Override
    public Void visitClass(final ClassTree node, final Void ignored) {
      final TreePath parent = getCurrentPath().getParentPath();
      if (parent.getLeaf() == unit) {
        types.add(node.getSimpleName().toString());
      }
      final boolean isPublic = node.getModifiers().getFlags().contains(Modifier.PUBLIC);
      if (isPublic && trees.getDocComment(getCurrentPath()) == null) {
        undocumented.add(node.getSimpleName().toString());
      }
      return super.visitClass(node, null);
    }

    @Override
    public Void visitMethod(final MethodTree node, final Void ignored) {
      final Tree owner = getCurrentPath().getParentPath().getLeaf();
      final boolean isHeader =
          owner.getKind() == Tree.Kind.RECORD && node.getName().contentEquals("<init>");
      final long start = lineOf(positions.getStartPosition(unit, node));
      final long end = lineOf(positions.getEndPosition(unit, node));
      methods.add(
          new Method(
              node.getName().toString(),
              (int) (end - start + 1),
              isHeader ? 0 : node.getParameters().size()));
      return super.visitMethod(node, null);
    }

    private long lineOf(final long position) {
      return position < 0 ? 0 : unit.getLineMap().getLineNumber(position);
    }
  }
}
