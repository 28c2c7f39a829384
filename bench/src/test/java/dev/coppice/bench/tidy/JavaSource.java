package dev.coppice.bench.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Holds what the laws ask of one source file, read by the compiler's own parser.
 *
 * @param file of the source.
 * @param isTest whether it stands under {@code src/test}.
 * @param packageName it declares.
 * @param names it uses.
 * @param declared what it declares.
 * @param lines of text.
 */
record JavaSource(
    Path file,
    boolean isTest,
    String packageName,
    Names names,
    Declared declared,
    List<String> lines) {

  /**
   * Holds the names a file uses.
   *
   * @param full names of types and packages, imported or written out.
   * @param simple identifiers of any kind.
   */
  record Names(Set<String> full, Set<String> simple) {}

  /**
   * Holds what a file declares.
   *
   * @param types at the top level.
   * @param nested types, by their simple names.
   * @param started top-level types that something else than Java code starts: programs, commands,
   *     benchmarks.
   * @param undocumented public types without a documentation comment.
   * @param methods of all its types.
   * @param records of all its types.
   */
  record Declared(
      List<String> types,
      List<String> nested,
      Set<String> started,
      List<String> undocumented,
      List<Method> methods,
      List<Header> records) {}

  /**
   * Measures one method or constructor.
   *
   * @param header its owner, name and parameters.
   * @param lines it covers.
   * @param overrides whether another type has settled its parameters.
   */
  record Method(Header header, int lines, boolean overrides) {
    String name() {
      return header.name();
    }

    int parameters() {
      return header.types().size();
    }
  }

  /**
   * Holds a name with the types it takes.
   *
   * @param owner the type around it with the types around that; a record's own name for a record.
   * @param name of the method, {@code <init>} for a constructor, {@code record} for a record.
   * @param types of the parameters or components, in order.
   */
  record Header(String owner, String name, List<String> types) {
    /** Returns whether three neighbours have one type. */
    boolean hasAdjacentTriple() {
      for (int i = 2; i < types.size(); i++) {
        if (types.get(i).equals(types.get(i - 1)) && types.get(i).equals(types.get(i - 2))) {
          return true;
        }
      }
      return false;
    }

    /** Returns the name as the list of what is kept spells it. */
    String text() {
      return name.equals("record") ? owner : owner + "." + name.replace("<init>", "new");
    }
  }

  Set<String> imports() {
    return names.full();
  }

  List<String> types() {
    return declared.types();
  }

  List<Method> methods() {
    return declared.methods();
  }

  List<String> undocumented() {
    return declared.undocumented();
  }

  /** Returns the folder name of the module of a project. */
  String module(final Path root) {
    return root.relativize(file).getName(0).toString();
  }

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
    final SourceScan scan = new SourceScan(unit, trees);
    scan.scan(unit, null);
    final boolean isTest = file.toString().contains("/src/test/");
    return new JavaSource(
        file,
        isTest,
        String.valueOf(unit.getPackageName()),
        scan.names(),
        scan.declared(),
        lines(file));
  }
}
