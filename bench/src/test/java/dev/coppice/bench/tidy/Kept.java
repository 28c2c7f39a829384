package dev.coppice.bench.tidy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Lists what stands against a law and why it stays, as {@code kept.txt} says.
 *
 * <pre>
 *   = the law
 *   - the reason, in one line
 *     an offender
 *     another one
 * </pre>
 *
 * <p>What is not listed is an offender; what is listed and stands no more must be struck out. So a
 * list can only grow where somebody writes a reason, and falls by itself.
 */
final class Kept {
  private static final String FILE = "kept.txt";
  private static final Map<String, Map<String, String>> LISTS = read();

  private Kept() {}

  /** Returns the laws that the file has a list for. */
  static Set<String> laws() {
    return LISTS.keySet();
  }

  /**
   * Holds what was found against the list.
   *
   * @param law by its name in the file.
   * @param found what stands against it today.
   * @return one line for each difference.
   */
  static List<String> differences(final String law, final Collection<String> found) {
    final Set<String> listed = LISTS.getOrDefault(law, Map.of()).keySet();
    final List<String> differences = new ArrayList<>();
    for (final String each : new TreeSet<>(found)) {
      if (!listed.contains(each)) {
        differences.add(each + " (mend it, or list it in " + FILE + " with a reason)");
      }
    }
    for (final String each : listed) {
      if (!found.contains(each)) {
        differences.add(each + " stands no more: strike it out of " + FILE);
      }
    }
    return differences;
  }

  private static Map<String, Map<String, String>> read() {
    final Map<String, Map<String, String>> lists = new TreeMap<>();
    String law = null;
    String reason = null;
    for (final String line : text().lines().toList()) {
      if (line.startsWith("= ")) {
        law = line.substring(2);
        reason = null;
        lists.put(law, new TreeMap<>());
      } else if (line.startsWith("- ")) {
        reason = line.substring(2);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        if (law == null || reason == null || !line.startsWith("  ")) {
          throw new IllegalStateException(FILE + ": neither law nor reason before: " + line);
        }
        if (lists.get(law).put(line.strip(), reason) != null) {
          throw new IllegalStateException(FILE + ": listed twice: " + line.strip());
        }
      }
    }
    return lists;
  }

  private static String text() {
    try (InputStream stream = Kept.class.getResourceAsStream(FILE)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
