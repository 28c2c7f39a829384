package dev.coppice.bench.tidy;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Finds what stands against the laws on types, their shapes and their packages. */
final class TypeLaws {
  private static final int RECORD_COMPONENTS = 6;
  private static final String ROOT_PACKAGE = "dev.coppice.";

  /** Packages are named for what they hold; these are names of libraries. */
  private static final Set<String> LIBRARIES =
      Set.of(
          "agrona",
          "arrow",
          "disruptor",
          "djl",
          "grpc",
          "hdrhistogram",
          "huggingface",
          "jackson",
          "jcstress",
          "jmh",
          "junit",
          "lucene",
          "netty",
          "numpy",
          "picocli",
          "pytorch",
          "reactor",
          "sbe",
          "tomlj",
          "torch",
          "zstd");

  private TypeLaws() {}

  /** Returns the simple names that top-level types of two packages have. */
  static List<String> namedTwice(final List<JavaSource> sources) {
    final Map<String, Set<String>> packages = new TreeMap<>();
    for (final JavaSource source : sources) {
      for (final String type : source.types()) {
        packages.computeIfAbsent(type, name -> new TreeSet<>()).add(source.packageName());
      }
    }
    return packages.entrySet().stream()
        .filter(entry -> entry.getValue().size() > 1)
        .map(entry -> entry.getKey() + " of " + String.join(", ", entry.getValue()))
        .toList();
  }

  /**
   * Returns the top-level types that no program, command, benchmark or service reaches.
   *
   * @param sources of main code.
   * @param outside texts that name classes: service files, the launcher, the build.
   */
  static List<String> usedByTestsAlone(final List<JavaSource> sources, final String outside) {
    final Map<String, List<JavaSource>> homes = new TreeMap<>();
    sources.forEach(
        source ->
            source
                .types()
                .forEach(type -> homes.computeIfAbsent(type, t -> new ArrayList<>()).add(source)));
    final Set<String> reached = new HashSet<>();
    final Deque<String> open = new ArrayDeque<>();
    for (final JavaSource source : sources) {
      for (final String type : source.types()) {
        if (source.declared().started().contains(type)
            || outside.contains(source.packageName() + "." + type)) {
          open.add(type);
        }
      }
    }
    while (!open.isEmpty()) {
      final String type = open.poll();
      if (reached.add(type)) {
        for (final JavaSource home : homes.get(type)) {
          home.names().simple().stream().filter(homes::containsKey).forEach(open::add);
          open.addAll(home.types());
        }
      }
    }
    final List<String> idle = new ArrayList<>();
    homes.forEach(
        (type, list) -> {
          if (!reached.contains(type)) {
            list.forEach(source -> idle.add(shortName(source.packageName()) + "." + type));
          }
        });
    return idle;
  }

  /** Returns the records with more components than six. */
  static List<String> wideRecords(final List<JavaSource> sources) {
    final List<String> found = new ArrayList<>();
    for (final JavaSource source : sources) {
      for (final JavaSource.Header header : source.declared().records()) {
        if (header.types().size() > RECORD_COMPONENTS) {
          found.add(shortName(source.packageName()) + "." + header.text());
        }
      }
    }
    return found;
  }

  /**
   * Returns the records, methods and constructors with three adjacent parameters of one type.
   *
   * <p>A method that overrides another counts where it was declared first.
   */
  static List<String> adjacentTriples(final List<JavaSource> sources) {
    final Set<String> found = new TreeSet<>();
    for (final JavaSource source : sources) {
      final List<JavaSource.Header> headers = new ArrayList<>(source.declared().records());
      source.methods().stream()
          .filter(method -> !method.overrides())
          .forEach(method -> headers.add(method.header()));
      for (final JavaSource.Header header : headers) {
        if (header.hasAdjacentTriple()) {
          found.add(shortName(source.packageName()) + "." + header.text());
        }
      }
    }
    return List.copyOf(found);
  }

  /** Returns packages named for a library, told apart by a plural, or named alike in two modules. */
  static List<String> unclearPackages(final List<JavaSource> sources, final Path root) {
    final Map<String, Set<String>> modules = new TreeMap<>();
    final Set<String> found = new TreeSet<>();
    for (final JavaSource source : sources) {
      final String name = source.packageName();
      final String last = name.substring(name.lastIndexOf('.') + 1);
      modules.computeIfAbsent(last, key -> new TreeSet<>()).add(source.module(root));
      for (final String segment : name.split("\\.")) {
        if (LIBRARIES.contains(segment)) {
          found.add(shortName(name) + " is named for a library");
        }
      }
    }
    modules.forEach(
        (last, homes) -> {
          if (modules.containsKey(last + "s")) {
            found.add(last + " and " + last + "s are told apart by a plural");
          }
          if (homes.size() > 1) {
            found.add(last + " is in " + String.join(", ", homes));
          }
        });
    return List.copyOf(found);
  }

  /** Returns the files that use what the law of their package does not allow. */
  static List<String> unlawfulImports(final List<JavaSource> sources) {
    final Set<String> found = new TreeSet<>();
    for (final JavaSource source : sources) {
      final ImportLaw law = ImportLaw.of(source.packageName());
      for (final String used : source.imports()) {
        if (law == null || !law.allows(used)) {
          found.add(place(source) + " uses " + room(used));
        }
      }
    }
    return List.copyOf(found);
  }

  /** Names a package of ours by the law it is under, so that an entry stands for a whole file. */
  private static String room(final String used) {
    final ImportLaw law = used.startsWith(ROOT_PACKAGE) ? ImportLaw.of(used) : null;
    return law == null ? used : law.prefix();
  }

  /** Returns the files outside the decoder and training whose code names DJL. */
  static List<String> djlOutside(final List<JavaSource> sources) {
    final Predicate<String> isDjl =
        text -> text.replace("ai.djl.huggingface", "").contains("ai.djl.");
    final List<String> found = new ArrayList<>();
    for (final JavaSource source : sources) {
      final String name = shortName(source.packageName());
      final boolean mayName = name.matches("(decoder|training)(\\..*)?");
      if (!mayName
          && (source.imports().stream().anyMatch(isDjl)
              || source.lines().stream().anyMatch(isDjl))) {
        found.add(place(source));
      }
    }
    return found;
  }

  private static String place(final JavaSource source) {
    final String file = source.file().getFileName().toString();
    return shortName(source.packageName()) + "." + file.substring(0, file.length() - 5);
  }

  private static String shortName(final String packageName) {
    return packageName.startsWith(ROOT_PACKAGE)
        ? packageName.substring(ROOT_PACKAGE.length())
        : packageName;
  }
}
