package dev.coppice.bench.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the laws of the house over every source file; an offender is named with its place. */
class TidyTest {
  private static final int METHOD_LINES = 60;
  private static final int FILE_LINES = 500;
  private static final int LINE_LETTERS = 120;
  private static final int PARAMETERS = 6;
  private static final int TYPES_IN_PACKAGE = 15;
  private static final Pattern OPEN_MARK =
      Pattern.compile(
          "\\b(" + String.join("|", "TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK") + ")\\b");
  private static final Pattern BANNED_PACKAGE =
      Pattern.compile(".*\\.(util|utils|common|impl|manager|helper|helpers|misc)(\\..*)?");
  private static final Pattern BANNED_TYPE =
      Pattern.compile(".*(Utils?|Manager|Helpers?|Impl|Common)");
  private static final Pattern SLEEP =
      Pattern.compile("Thread\\.sleep\\(|TimeUnit\\.\\w+\\.sleep\\(");
  private static final Pattern MOCK = Pattern.compile("^import (static )?org\\.(mockito|easymock)");

  private static Path root;
  private static List<JavaSource> sources;

  @BeforeAll
  static void readSources() {
    root = JavaSource.root();
    sources = JavaSource.all(root);
  }

  @Test
  void shouldFindTheProject() {
    final Set<String> packages = new TreeSet<>();
    sources.forEach(source -> packages.add(source.packageName()));

    assertTrue(packages.contains("dev.coppice.trajectory"), "packages=" + packages);
    assertTrue(sources.size() > 50, "sources=" + sources.size());
  }

  @Test
  void shouldKeepMethodsShortAndParametersFew() {
    final List<String> offenders = new ArrayList<>();
    for (final JavaSource source : sources) {
      for (final JavaSource.Method method : source.methods()) {
        if (method.lines() > METHOD_LINES || method.parameters() > PARAMETERS) {
          offenders.add(name(source) + " " + method);
        }
      }
    }

    none(offenders);
  }

  @Test
  void shouldKeepFilesAndLinesShort() {
    final List<String> offenders = new ArrayList<>();
    for (final JavaSource source : sources) {
      if (source.lines().size() > FILE_LINES) {
        offenders.add(name(source) + " lines=" + source.lines().size());
      }
      eachLine(source, line -> line.length() > LINE_LETTERS || line.contains("\t"), offenders);
    }

    none(offenders);
  }

  @Test
  void shouldLeaveNoOpenMarks() {
    final List<String> offenders = new ArrayList<>();
    for (final JavaSource source : sources) {
      eachLine(source, line -> OPEN_MARK.matcher(line).find(), offenders);
    }

    none(offenders);
  }

  @Test
  void shouldNeitherSleepNorMockInTests() {
    final List<String> offenders = new ArrayList<>();
    for (final JavaSource source : sources) {
      if (source.isTest() && !source.packageName().equals("dev.coppice.bench.tidy")) {
        eachLine(
            source, line -> SLEEP.matcher(line).find() || MOCK.matcher(line).find(), offenders);
      }
    }

    none(offenders);
  }

  @Test
  void shouldNameNothingByWhatItIsNot() {
    final List<String> offenders = new ArrayList<>();
    for (final JavaSource source : sources) {
      if (BANNED_PACKAGE.matcher(source.packageName()).matches()) {
        offenders.add(name(source));
      }
      for (final String type : source.types()) {
        if (BANNED_TYPE.matcher(type).matches()) {
          offenders.add(name(source) + " " + type);
        }
      }
    }

    none(offenders);
  }

  @Test
  void shouldKeepPackagesSmall() {
    final Map<String, Set<String>> types = new TreeMap<>();
    for (final JavaSource source : main()) {
      types.computeIfAbsent(source.packageName(), name -> new TreeSet<>()).addAll(source.types());
    }
    final List<String> offenders = new ArrayList<>();
    types.forEach(
        (name, inside) -> {
          if (inside.size() > TYPES_IN_PACKAGE) {
            offenders.add(name + " types=" + inside.size() + " " + inside);
          }
        });

    none(offenders);
  }

  @Test
  void shouldIntroduceEveryPackage() {
    final Set<String> introduced = new TreeSet<>();
    final Set<String> packages = new TreeSet<>();
    for (final JavaSource source : main()) {
      packages.add(source.packageName());
      if (source.file().endsWith("package-info.java")) {
        introduced.add(source.packageName());
      }
    }
    packages.removeAll(introduced);

    none(List.copyOf(packages));
  }

  @Test
  void shouldDocumentEveryPublicType() {
    final List<String> offenders = new ArrayList<>();
    for (final JavaSource source : main()) {
      source.undocumented().forEach(type -> offenders.add(name(source) + " " + type));
    }

    none(offenders);
  }

  @Test
  void shouldHaveNoPackageCycles() {
    final List<String> cycle = new PackageCycles(main()).find();

    assertEquals(List.of(), cycle, "packages in a circle");
  }

  @Test
  void shouldImportOnlyWhatTheLawAllows() {
    final List<String> offenders = new ArrayList<>();
    for (final JavaSource source : main()) {
      final ImportLaw law = ImportLaw.of(source.packageName());
      for (final String used : source.imports()) {
        if (law == null || !law.allows(used)) {
          offenders.add(name(source) + " uses " + used);
        }
      }
    }

    none(offenders);
  }

  private static List<JavaSource> main() {
    return sources.stream().filter(source -> !source.isTest()).toList();
  }

  private static void eachLine(
      final JavaSource source,
      final java.util.function.Predicate<String> isWrong,
      final List<String> offenders) {
    for (int i = 0; i < source.lines().size(); i++) {
      if (isWrong.test(source.lines().get(i))) {
        offenders.add(name(source) + ":" + (i + 1) + " " + source.lines().get(i).strip());
      }
    }
  }

  private static String name(final JavaSource source) {
    return root.relativize(source.file()).toString();
  }

  private static void none(final List<String> offenders) {
    assertTrue(
        offenders.isEmpty(),
        () -> offenders.size() + " offenders:\n  " + String.join("\n  ", offenders));
  }
}
