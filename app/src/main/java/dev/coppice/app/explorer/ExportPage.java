package dev.coppice.app.explorer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.app.explorer.index.ExploredRun;
import dev.coppice.app.explorer.index.PlainJson;
import dev.coppice.app.explorer.index.RunCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the page with all that it would ask for into one file.
 *
 * <p>The documents stand in a block of data, which nothing executes; the one script and the one style
 * sheet are allowed by their digests.
 *
 * @thread one.
 */
final class ExportPage {
  /** How every page begins. */
  static final String HEAD =
      "<!doctype html><html lang=en><head><meta charset=utf-8>\n"
          + "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
          + "<meta name=color-scheme content=\"light dark\"><link rel=icon"
          + " href=\"data:,\"><title>Coppice</title>\n";

  /** What stands before the scripts. */
  static final String BODY =
      "</head><body><div id=app><p class=boot>Coppice is loading&#8230; (the explorer needs"
          + " JavaScript)</p></div>\n";

  private final RunCatalog catalog;
  private final ExplorerApi api;
  private final List<String> estimators;
  private final int groups;

  /**
   * Makes an export.
   *
   * @param catalog of the runs, read to their ends.
   * @param estimators whose advantages go with each group; empty for the run's first.
   * @param groups of each run with their trees and tokens; of all others only the row.
   */
  ExportPage(final RunCatalog catalog, final List<String> estimators, final int groups) {
    this.catalog = catalog;
    this.api = new ExplorerApi(catalog);
    this.estimators = estimators.isEmpty() ? List.of("") : List.copyOf(estimators);
    this.groups = groups;
  }

  /** Writes the file. */
  void write(final Path file) {
    final PageFiles files = new PageFiles();
    final String script = files.joined(PageFiles.SCRIPTS).replace("</script", "<\\/script");
    final String style = files.joined(PageFiles.STYLES).replace("\n;\n", "\n");
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      out.write(HEAD);
      out.write("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; ");
      out.write("script-src '" + digest(script) + "'; style-src '" + digest(style) + "'; ");
      out.write("img-src data:; base-uri 'none'; form-action 'none'\">\n");
      out.write("<style>" + style + "</style>\n" + BODY);
      out.write("<script type=\"application/json\" id=data>{");
      documents(out);
      out.write("}</script>\n<script>" + script + "</script>\n</body></html>\n");
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private static String digest(final String text) {
    try {
      final byte[] bytes =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(bytes);
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void documents(final Writer out) throws IOException {
    document(out, "state", Map.of());
    document(out.append(','), "estimators", Map.of());
    for (final ExploredRun run : catalog.runs()) {
      final Map<String, String> named = Map.of("run", run.id());
      document(out.append(','), "rows", named);
      document(out.append(','), "fates", named);
      document(out.append(','), "learning", named);
      for (final JsonNode row : chosen(run)) {
        trees(out, run, row);
      }
    }
  }

  /** Groups of mixed outcomes first: they are what there is to learn from. */
  private List<JsonNode> chosen(final ExploredRun run) throws IOException {
    final List<JsonNode> mixed = new ArrayList<>();
    final List<JsonNode> others = new ArrayList<>();
    for (final JsonNode row : PlainJson.MAPPER.readTree(run.rows(0))) {
      (row.path("mixed").asBoolean() ? mixed : others).add(row);
    }
    mixed.addAll(others);
    return mixed.subList(0, Math.min(groups, mixed.size()));
  }

  private void trees(final Writer out, final ExploredRun run, final JsonNode row)
      throws IOException {
    final String group = row.path("i").asText();
    for (final String estimator : estimators) {
      document(
          out.append(','), "tree", Map.of("run", run.id(), "g", group, "estimator", estimator));
      for (int tree = 0; tree < row.path("trees").asInt(); tree++) {
        final Map<String, String> asked = new TreeMap<>();
        asked.put("run", run.id());
        asked.put("g", group);
        asked.put("tree", Integer.toString(tree));
        asked.put("estimator", estimator);
        document(out.append(','), "tokens", asked);
      }
    }
  }

  /** Writes a document under the name the page would ask for it by. */
  private void document(final Writer out, final String name, final Map<String, String> parameters)
      throws IOException {
    final StringBuilder key = new StringBuilder(name);
    new TreeMap<>(parameters)
        .forEach(
            (field, value) ->
                key.append(key.length() == name.length() ? '?' : '&')
                    .append(field)
                    .append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    out.write("\"" + key + "\":");
    // A tag cannot end or begin in the block if no angle bracket stands in it.
    out.write(
        new String(api.answer(name, parameters), StandardCharsets.US_ASCII)
            .replace("<", "\\u003c")
            .replace(">", "\\u003e"));
    out.write('\n');
  }
}
