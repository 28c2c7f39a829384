package dev.coppice.app.explorer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the files of the page: our own, and the libraries' from their jars.
 *
 * @thread any; immutable.
 */
final class PageFiles {
  private static final String LIBRARIES = "/META-INF/resources/";

  /** The scripts in the order they are run; each leaves what it offers in a global of its own. */
  static final List<String> SCRIPTS =
      List.of(
          "lib/preact.js",
          "lib/hooks.js",
          "lib/htm.js",
          "lib/uplot.js",
          "page/text.js",
          "page/data.js",
          "page/parts.js",
          "page/charts.js",
          "page/runs.js",
          "page/groups.js",
          "page/tree.js",
          "page/tokens.js",
          "page/learning.js",
          "page/app.js");

  /** The style sheets in order. */
  static final List<String> STYLES = List.of("lib/uplot.css", "page/explorer.css");

  private static final Map<String, List<String>> JARS =
      Map.of(
          "lib/preact.js",
              List.of("org.webjars.npm/preact", "webjars/preact/%s/dist/preact.umd.js"),
          "lib/hooks.js",
              List.of("org.webjars.npm/preact", "webjars/preact/%s/hooks/dist/hooks.umd.js"),
          "lib/htm.js", List.of("org.mvnpm/htm", "_static/htm/%s/dist/htm.umd.js"),
          "lib/uplot.js",
              List.of("org.webjars.npm/uplot", "webjars/uplot/%s/dist/uPlot.iife.min.js"),
          "lib/uplot.css", List.of("org.webjars.npm/uplot", "webjars/uplot/%s/dist/uPlot.min.css"));

  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /** Reads all of them. */
  PageFiles() {
    SCRIPTS.forEach(this::read);
    STYLES.forEach(this::read);
    files.put("", page().getBytes(StandardCharsets.UTF_8));
  }

  private void read(final String name) {
    final List<String> jar = JARS.get(name);
    final String resource =
        jar == null
            ? name
            : LIBRARIES
                + String.format(jar.getLast(), version("/META-INF/maven/" + jar.getFirst()));
    files.put(name, withoutMap(bytes(resource)));
  }

  /** A jar names its version in its own properties, so the path need not. */
  private static String version(final String folder) {
    final String properties = new String(bytes(folder + "/pom.properties"), StandardCharsets.UTF_8);
    return properties
        .lines()
        .filter(line -> line.startsWith("version="))
        .findFirst()
        .orElseThrow()
        .substring("version=".length())
        .strip();
  }

  private static byte[] withoutMap(final byte[] file) {
    final String text = new String(file, StandardCharsets.UTF_8);
    final int map = text.lastIndexOf("//# sourceMappingURL=");
    return map < 0 ? file : text.substring(0, map).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(final String resource) {
    try (InputStream in = PageFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("a resource is missing: " + resource);
      }
      return in.readAllBytes();
    } catch (final IOException e) {
      throw new UncheckedIOException("a resource cannot be read: " + resource, e);
    }
  }

  private static String page() {
    final StringBuilder html = new StringBuilder(ExportPage.HEAD);
    STYLES.forEach(
        name -> html.append("<link rel=stylesheet href=\"/").append(name).append("\">\n"));
    html.append(ExportPage.BODY);
    SCRIPTS.forEach(name -> html.append("<script src=\"/").append(name).append("\"></script>\n"));
    return html.append("</body></html>\n").toString();
  }

  /** Returns a file, or null if there is none of the name. */
  byte[] file(final String name) {
    return files.get(name);
  }

  /** Returns files one after the other. */
  String joined(final List<String> names) {
    final StringBuilder all = new StringBuilder();
    names.forEach(
        name -> all.append(new String(files.get(name), StandardCharsets.UTF_8)).append("\n;\n"));
    return all.toString();
  }

  /** Returns the media type of a file by its name. */
  static String type(final String name) {
    if (name.endsWith(".js")) {
      return "text/javascript; charset=utf-8";
    }
    return name.endsWith(".css") ? "text/css; charset=utf-8" : "text/html; charset=utf-8";
  }
}
