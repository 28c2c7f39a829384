package dev.coppice.bench.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds what the documents say that the project does not hold. */
final class DocumentLaws {
  private static final int ARCHITECTURE_WORDS = 4_000;
  private static final int FLOW_FILES = 10;
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
  private static final Pattern JAVA_FILE =
      Pattern.compile("([a-z]+(?:/[a-z]+)*)/([A-Z]\\w*)((?:\\.\\w+)*)(?:\\(.*\\))?");
  private static final Pattern MEMBER = Pattern.compile("[a-z]\\w*(?:\\(.*\\))?");
  private static final Pattern LINK = Pattern.compile("!?\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern CALL =
      Pattern.compile("(?<![\\w/])\\./coppice(?:[ \\t]+([a-z][\\w-]*))?(?:[ \\t]+([a-z][\\w-]*))?");
  private static final Pattern COMMAND_END = Pattern.compile("\\)\\s*(?:public|final|class)\\b");
  private static final Pattern COMMAND_NAME = Pattern.compile("\\bname = \"([\\w-]+)\"");
  private static final Pattern CASE = Pattern.compile("(?m)^ +([a-z][a-z |-]*)\\)$");

  private final Path root;

  DocumentLaws(final Path root) {
    this.root = root;
  }

  /** Returns the page of the architecture if it has too many words. */
  List<String> longArchitecture() {
    final int words = read(root.resolve("docs/ARCHITECTURE.md")).strip().split("\\s+").length;
    return words > ARCHITECTURE_WORDS
        ? List.of("docs/ARCHITECTURE.md has more than " + ARCHITECTURE_WORDS + " words")
        : List.of();
  }

  /**
   * Returns what the page on a rollout's way names that is not there, and that it names too much.
   *
   * <p>The page writes {@code package/Class} or {@code package/Class.member}, and a further member
   * of the same class by its bare name in the same cell of the table.
   */
  List<String> untrueFlow(final List<JavaSource> sources) {
    final Set<String> files = new TreeSet<>();
    final Set<String> found = new TreeSet<>();
    for (final String line : read(root.resolve("docs/HOW_A_ROLLOUT_FLOWS.md")).lines().toList()) {
      for (final String cell : line.split("\\|")) {
        JavaSource last = null;
        final Matcher code = CODE.matcher(cell);
        while (code.find()) {
          final Matcher named = JAVA_FILE.matcher(code.group(1));
          if (named.matches()) {
            files.add(named.group(1) + "/" + named.group(2));
            last = source(sources, named.group(1), named.group(2));
            addUnknown(last, code.group(1), named.group(3), found);
          } else if (last != null
              && line.startsWith("|")
              && MEMBER.matcher(code.group(1)).matches()) {
            addUnknown(last, code.group(1), "." + code.group(1).replaceAll("\\(.*", ""), found);
          }
        }
      }
    }
    if (files.size() > FLOW_FILES) {
      found.add("the page names more than " + FLOW_FILES + " files");
    }
    if (files.isEmpty()) {
      found.add("the page names no file");
    }
    return List.copyOf(found);
  }

  private static void addUnknown(
      final JavaSource source, final String text, final String members, final Set<String> found) {
    if (source == null) {
      found.add(text + ": there is no such file");
      return;
    }
    for (final String member :
        members.isEmpty() ? new String[0] : members.substring(1).split("\\.")) {
      final boolean isThere =
          source.declared().nested().contains(member)
              || source.methods().stream().anyMatch(method -> method.name().equals(member));
      if (!isThere) {
        found.add(text + ": there is no such method or type");
      }
    }
  }

  private static JavaSource source(
      final List<JavaSource> sources, final String folder, final String type) {
    for (final JavaSource source : sources) {
      if (!source.isTest()
          && source.packageName().equals("dev.coppice." + folder.replace('/', '.'))
          && source.types().contains(type)) {
        return source;
      }
    }
    return null;
  }

  /** Returns the relative links that lead nowhere. */
  List<String> deadLinks() {
    final List<String> found = new ArrayList<>();
    for (final Path page : pages()) {
      final Matcher link = LINK.matcher(read(page));
      while (link.find()) {
        final String target = link.group(1);
        if (!target.matches("[a-z]+:.*") && !leadsSomewhere(page, target)) {
          found.add(root.relativize(page) + " links to " + target);
        }
      }
    }
    return found;
  }

  private static boolean leadsSomewhere(final Path page, final String target) {
    final int mark = target.indexOf('#');
    final String file =
        URLDecoder.decode(mark < 0 ? target : target.substring(0, mark), StandardCharsets.UTF_8);
    final Path place = file.isEmpty() ? page : page.resolveSibling(file);
    if (mark < 0 || !Files.isRegularFile(place)) {
      return Files.exists(place);
    }
    return read(place)
        .lines()
        .filter(line -> line.startsWith("#"))
        .anyMatch(line -> anchor(line).equals(target.substring(mark + 1)));
  }

  /** Spells a heading as the anchors of rendered pages are spelled. */
  private static String anchor(final String heading) {
    return heading
        .replaceFirst("^#+ *", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }

  /** Returns the calls of {@code ./coppice} that it does not know. */
  List<String> unknownCommands(final List<JavaSource> sources) {
    final String launcher = read(root.resolve("coppice"));
    final int bench = launcher.indexOf("\nbench() {");
    final int benchEnd = launcher.indexOf("\n}", bench);
    final Set<String> commands = cases(launcher.substring(launcher.indexOf("# --- the call")));
    final Set<String> measured = cases(launcher.substring(bench, benchEnd));
    for (final JavaSource source : sources) {
      if (!source.isTest()) {
        commands.addAll(commandNames(String.join("\n", source.lines())));
      }
    }
    measured.add("peer");
    final List<String> found = new ArrayList<>();
    for (final Path page : pages()) {
      final Matcher call = CALL.matcher(read(page));
      while (call.find()) {
        final String name = call.group(1);
        final boolean isBench = "bench".equals(name) && call.group(2) != null;
        if (name != null && !commands.contains(name)
            || isBench && !measured.contains(call.group(2))) {
          found.add(root.relativize(page) + " calls " + call.group());
        }
      }
    }
    return found;
  }

  /** Finds the first name inside each annotation of a command. */
  private static List<String> commandNames(final String source) {
    final List<String> names = new ArrayList<>();
    int at = source.indexOf("@Command(");
    while (at >= 0) {
      final Matcher end = COMMAND_END.matcher(source);
      final int to = end.find(at) ? end.start() : source.length();
      final Matcher name = COMMAND_NAME.matcher(source).region(at, to);
      if (name.find()) {
        names.add(name.group(1));
      }
      at = source.indexOf("@Command(", at + 1);
    }
    return names;
  }

  private static Set<String> cases(final String script) {
    final Set<String> names = new TreeSet<>();
    final Matcher matcher = CASE.matcher(script);
    while (matcher.find()) {
      names.addAll(List.of(matcher.group(1).split(" \\| ")));
    }
    return names;
  }

  private List<Path> pages() {
    try (Stream<Path> all = Files.walk(root.resolve("docs"))) {
      final List<Path> pages = new ArrayList<>(List.of(root.resolve("README.md")));
      all.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      return pages;
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(final Path file) {
    try {
      return Files.readString(file);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
