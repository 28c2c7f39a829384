package dev.coppice.bench.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the laws of the house over every source file; an offender is named with its place. */
class TidyTest {
  private static final int METHOD_LINES = 60;
  private static final int FILE_LINES = 500;
  private static final int LINE_LETTERS = 120;
  private static final int PARAMETERS = 6;
  private static final int TYPES_IN_PACKAGE = 15;
  private static final int MODULE_LINES = 13_000;

  /** The laws with a list of what stays, in {@code kept.txt}. */
  private static final Set<String> LISTED =
      Set.of(
          "a rollout's page",
          "builds",
          "commands",
          "imports",
          "names given twice",
          "names of DJL",
          "package names",
          "records over six components",
          "sizes of modules",
          "three neighbours of one type",
          "used by tests alone",
          "words");

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
    kept("imports", TypeLaws.unlawfulImports(main()));
  }

  @Test
  void shouldNameDjlInTheDecoderAndInTrainingAlone() {
    kept("names of DJL", TypeLaws.djlOutside(main()));
  }

  @Test
  void shouldKeepTheBlocksOutOfTheCoresBuild() {
    final boolean depends = read(root.resolve("rollout-core/pom.xml")).contains(">kv-cache<");

    kept("builds", depends ? List.of("rollout-core/pom.xml names kv-cache") : List.of());
  }

  @Test
  void shouldGiveNoNameToTypesOfTwoPackages() {
    kept("names given twice", TypeLaws.namedTwice(main()));
  }

  @Test
  void shouldHoldNothingThatTestsAloneUse() {
    kept("used by tests alone", TypeLaws.usedByTestsAlone(main(), namedOutside()));
  }

  @Test
  void shouldKeepModulesSmall() {
    final Map<String, Integer> sizes = new TreeMap<>();
    main().forEach(source -> sizes.merge(source.module(root), source.lines().size(), Integer::sum));
    final List<String> offenders = new ArrayList<>();
    sizes.forEach(
        (module, lines) -> {
          if (lines > MODULE_LINES) {
            offenders.add(module + " has more than " + MODULE_LINES + " lines");
          }
        });

    kept("sizes of modules", offenders);
  }

  @Test
  void shouldKeepRecordsNarrow() {
    kept("records over six components", TypeLaws.wideRecords(main()));
  }

  @Test
  void shouldTakeNoThreeNeighboursOfOneType() {
    kept("three neighbours of one type", TypeLaws.adjacentTriples(main()));
  }

  @Test
  void shouldNamePackagesForWhatTheyHoldAndApartFromOthers() {
    kept("package names", TypeLaws.unclearPackages(main(), root));
  }

  @Test
  void shouldTellTheArchitectureInFewWords() {
    kept("words", new DocumentLaws(root).longArchitecture());
  }

  @Test
  void shouldNameOnThePageOfARolloutWhatIsThereAndTenFilesAtMost() {
    kept("a rollout's page", new DocumentLaws(root).untrueFlow(sources));
  }

  @Test
  void shouldLinkFromPagesToWhatIsThere() {
    none(new DocumentLaws(root).deadLinks());
  }

  @Test
  void shouldCallOnPagesOnlyWhatTheLauncherKnows() {
    kept("commands", new DocumentLaws(root).unknownCommands(sources));
  }

  @Test
  void shouldKeepListsOnlyForLawsThatAreHeld() {
    final Set<String> unheld = new TreeSet<>(Kept.laws());
    unheld.removeAll(LISTED);

    none(List.copyOf(unheld));
  }

  /** Returns the texts beside Java sources that name classes. */
  private static String namedOutside() {
    final StringBuilder text = new StringBuilder(read(root.resolve("coppice")));
    try (Stream<Path> modules = Files.list(root)) {
      for (final Path module : modules.sorted().toList()) {
        final Path services = module.resolve("src/main/resources/META-INF/services");
        final Path build = module.resolve("pom.xml");
        if (Files.isRegularFile(build)) {
          text.append(read(build));
        }
        if (Files.isDirectory(services)) {
          try (Stream<Path> files = Files.list(services)) {
            files.sorted().forEach(file -> text.append(read(file)));
          }
        }
      }
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static String read(final Path file) {
    try {
      return Files.readString(file);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void kept(final String law, final List<String> found) {
    assertTrue(LISTED.contains(law), law);
    none(Kept.differences(law, found));
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
