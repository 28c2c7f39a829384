package dev.coppice.bench.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the page of errors and the codes in the sources together, in both directions. */
class ErrorCodesTest {
  private static final Pattern ERROR_CODE =
      Pattern.compile("new ErrorCode\\(\\s*ErrorCategory\\.(\\w+),\\s*\"([^\"]+)\"");
  private static final Pattern ROW = Pattern.compile("\\| `([a-z0-9_-]+)` \\|.*");
  private static final Pattern HEADING = Pattern.compile("## (\\w+)(:.*| branches)");
  private static final Pattern FAILURE_CODE = Pattern.compile("[a-z]+(_[a-z]+)*");
  private static final Pattern FAILURE_KIND =
      Pattern.compile("ToolCall\\.Status|RolloutFailure\\.Boundary");
  private static final Set<String> MAKERS =
      Set.of("RolloutFailure", "ToolFailedException", "failure", "unscored");
  private static final Set<String> MAKERS_WITH_A_KIND = Set.of("failed", "closed", "fail");
  private static final Pattern EXCEPTION =
      Pattern.compile("(?s)class (\\w+Exception)\\s+extends (\\w+)([^{]*)\\{");

  /** They never leave the file they are in. */
  private static final Set<String> PRIVATE_SIGNALS = Set.of("OversizeException");

  private static Path root;
  private static List<Path> files;

  @BeforeAll
  static void findSources() {
    root = JavaSource.root();
    files =
        JavaSource.files(root).stream()
            .filter(file -> !file.toString().contains("/test/"))
            .toList();
  }

  @Test
  void shouldListEveryErrorCodeUnderItsCategory() throws IOException {
    final Set<String> inSources = new TreeSet<>();
    final List<String> all = new ArrayList<>();
    for (final Path file : files) {
      final Matcher code = ERROR_CODE.matcher(Files.readString(file));
      while (code.find()) {
        all.add(code.group(2));
        inSources.add(code.group(1).toLowerCase(java.util.Locale.ROOT) + " " + code.group(2));
      }
    }
    final Set<String> inPage = new TreeSet<>(listed());
    inPage.removeIf(line -> line.startsWith("Failed "));

    assertTrue(inSources.size() > 15, "found too few to believe: " + inSources);
    assertEquals(all.size(), Set.copyOf(all).size(), "one code is made in two places: " + all);
    assertEquals(String.join("\n", inSources), String.join("\n", inPage));
  }

  @Test
  void shouldListEveryCodeOfAFailedBranch() {
    final Set<String> inSources = new TreeSet<>();
    JavaSource.scan(files, new FailureCodes(inSources));
    final Set<String> inPage = new TreeSet<>();
    for (final String line : listed()) {
      if (line.startsWith("Failed ")) {
        inPage.add(line.substring("Failed ".length()));
      }
    }

    assertTrue(inSources.size() > 15, "found too few to believe: " + inSources);
    assertEquals(String.join("\n", inSources), String.join("\n", inPage));
  }

  @Test
  void shouldGiveEveryExceptionACode() throws IOException {
    final List<String> offenders = new ArrayList<>();
    int found = 0;
    for (final Path file : files) {
      final Matcher type = EXCEPTION.matcher(Files.readString(file));
      while (type.find()) {
        found++;
        final boolean coded =
            type.group(2).equals("CoppiceException")
                || type.group(2).equals("StorageException")
                || type.group(2).equals("JournalFormatException")
                || type.group(3).contains("Coded");
        if (!coded && !PRIVATE_SIGNALS.contains(type.group(1))) {
          offenders.add(type.group(1));
        }
      }
    }

    assertTrue(found > 15, "found too few to believe: " + found);
    assertEquals(List.of(), offenders, "exceptions without a code");
  }

  /** Returns the codes of the page, each after the first word of its heading. */
  private static List<String> listed() {
    final List<String> codes = new ArrayList<>();
    String heading = "";
    for (final String line : JavaSource.lines(root.resolve("docs/ERRORS.md"))) {
      final Matcher title = HEADING.matcher(line);
      final Matcher row = ROW.matcher(line);
      if (title.matches()) {
        heading = title.group(1);
      } else if (row.matches()) {
        codes.add(heading + " " + row.group(1));
      }
    }
    return codes;
  }

  /** Collects the codes that are given beside a status or a boundary. */
  private static final class FailureCodes extends TreeScanner<Void, Void> {
    private final Set<String> codes;

    FailureCodes(final Set<String> codes) {
      this.codes = codes;
    }

    @Override
    public Void visitMethodInvocation(final MethodInvocationTree node, final Void ignored) {
      look(node.getMethodSelect().toString(), node.getArguments());
      return super.visitMethodInvocation(node, null);
    }

    @Override
    public Void visitNewClass(final NewClassTree node, final Void ignored) {
      look(node.getIdentifier().toString(), node.getArguments());
      return super.visitNewClass(node, null);
    }

    private void look(final String made, final List<? extends ExpressionTree> arguments) {
      final String name = made.substring(made.lastIndexOf('.') + 1);
      if (MAKERS.contains(name)
          || MAKERS_WITH_A_KIND.contains(name) && arguments.stream().anyMatch(this::isKind)) {
        arguments.forEach(this::addCode);
      }
    }

    private boolean isKind(final ExpressionTree argument) {
      return switch (argument) {
        case MemberSelectTree member ->
            FAILURE_KIND.matcher(member.getExpression().toString()).matches();
        case ConditionalExpressionTree either -> isKind(either.getTrueExpression());
        default -> false;
      };
    }

    /** Codes are literals; a variable carries what a literal elsewhere says. */
    private void addCode(final ExpressionTree argument) {
      if (argument instanceof ConditionalExpressionTree either) {
        addCode(either.getTrueExpression());
        addCode(either.getFalseExpression());
      } else if (argument instanceof LiteralTree literal
          && literal.getValue() instanceof String text
          && FAILURE_CODE.matcher(text).matches()) {
        codes.add(text);
      }
    }
  }
}
