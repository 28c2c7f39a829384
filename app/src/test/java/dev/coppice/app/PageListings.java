package dev.coppice.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** Takes the listings off a page of the documentation, by the path that stands above each. */
public final class PageListings {
  private static final Pattern LISTING =
      Pattern.compile("`([\\w./-]+)`:\\n\\n```\\w*\\n(.*?)```", Pattern.DOTALL);

  private PageListings() {}

  /** Reads the listings of a page by their paths. */
  public static Map<String, String> of(final String page) throws IOException {
    final Map<String, String> listings = new LinkedHashMap<>();
    final Matcher matcher = LISTING.matcher(text(page));
    while (matcher.find()) {
      listings.put(matcher.group(1), matcher.group(2));
    }
    return listings;
  }

  /** Reads the listings of a page that are in one language. */
  static List<String> fenced(final String page, final String language) throws IOException {
    final List<String> listings = new ArrayList<>();
    final Matcher matcher =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(text(page));
    while (matcher.find()) {
      listings.add(matcher.group(1));
    }
    return listings;
  }

  private static String text(final String page) throws IOException {
    Path project = Path.of("").toAbsolutePath();
    while (project != null && !Files.exists(project.resolve(page))) {
      project = project.getParent();
    }
    assertNotNull(project, page + " is not above " + Path.of("").toAbsolutePath());
    return Files.readString(project.resolve(page));
  }

  /** Writes sources and service files beside each other and compiles the sources, as a stranger would. */
  public static Path compiled(final Path folder, final Map<String, String> listings)
      throws IOException {
    final Path out = Files.createDirectories(folder.resolve("out"));
    final String classpath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    final List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-cp", classpath, "-d", out.toString()));
    for (final Map.Entry<String, String> listing : listings.entrySet()) {
      final boolean isSource = listing.getKey().endsWith(".java");
      final Path file = (isSource ? folder.resolve("src") : out).resolve(listing.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, listing.getValue());
      if (isSource) {
        arguments.add(file.toString());
      }
    }
    final var compiler = ToolProvider.getSystemJavaCompiler();
    assertNotNull(compiler, "the tests need a JDK");
    final ByteArrayOutputStream said = new ByteArrayOutputStream();
    final int status = compiler.run(null, said, said, arguments.toArray(String[]::new));
    assertEquals(0, status, said.toString(StandardCharsets.UTF_8));
    return out;
  }
}
