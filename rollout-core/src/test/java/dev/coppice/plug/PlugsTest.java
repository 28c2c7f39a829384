package dev.coppice.plug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.plug.PlugOption.Range;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlugsTest {
  private static final PlugKind<Shape> KIND = new PlugKind<>(Shape.class, "shape", "shapes");

  /** A kind of plug. */
  public interface Shape extends Plug {}

  /** Has options of two types and a rule over both. */
  public static final class Square extends NamedPlug implements Shape {
    /** Makes it. */
    public Square() {
      super(
          "square",
          "Four equal sides.",
          PlugOption.whole("side", 2, new Range(1, 10), "Length of a side, in metres."),
          PlugOption.choice("fill", "What is inside.", "none", "solid"));
    }

    @Override
    public void check(final PlugOptions options) {
      if (options.is("fill", "solid") && options.whole("side") > 5) {
        throw new IllegalArgumentException("side is too long to fill");
      }
    }
  }

  /** Is another square by the same name. */
  public static final class Rhombus extends NamedPlug implements Shape {
    /** Makes it. */
    public Rhombus() {
      super("square", "Not quite.");
    }
  }

  /** Has no options. */
  public static final class Circle extends NamedPlug implements Shape {
    /** Makes it. */
    public Circle() {
      super("circle", "Round.");
    }
  }

  /** Has no name that a key could be made of. */
  public static final class Nameless extends NamedPlug implements Shape {
    /** Makes it. */
    public Nameless() {
      super("a.b", "Dotted.");
    }
  }

  /** Cannot be made. */
  public static final class Broken extends NamedPlug implements Shape {
    /** Fails. */
    public Broken() {
      super("broken", "Falls over.");
      throw new IllegalStateException("no ink");
    }
  }

  @TempDir private Path folder;

  private Plugs<Shape> plugs(final Class<?>... types) throws IOException {
    return plugs(List.of(types).stream().map(Class::getName).toArray(String[]::new));
  }

  private Plugs<Shape> plugs(final String... types) throws IOException {
    final Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(services.resolve(Shape.class.getName()), List.of(types));
    final URL[] urls = {folder.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, PlugsTest.class.getClassLoader())) {
      return Plugs.of(KIND, loader);
    }
  }

  private String refusal(final Class<?>... types) {
    return assertThrows(PlugException.class, () -> plugs(types)).getMessage();
  }

  @Test
  void shouldFindPlugsInTheOrderOfTheirServiceFile() throws IOException {
    final Plugs<Shape> plugs = plugs(Square.class, Circle.class);

    assertEquals(List.of("square", "circle"), plugs.names());
    assertTrue(plugs.has("circle"));
    assertEquals("Round.", plugs.find("circle").help());
  }

  @Test
  void shouldNameTheNearestAndListTheKnownWhenTheNameIsUnknown() throws IOException {
    final Plugs<Shape> plugs = plugs(Square.class, Circle.class);

    assertEquals(
        "unknown shape: shape=sqare; did you mean square? known: square, circle",
        assertThrows(IllegalArgumentException.class, () -> plugs.find("sqare")).getMessage());
  }

  @Test
  void shouldRefuseTwoOfOneNameAndNameBothClasses() {
    final String message = refusal(Square.class, Rhombus.class);

    assertTrue(message.contains("shape=square"), message);
    assertTrue(message.contains(Square.class.getName()), message);
    assertTrue(message.contains(Rhombus.class.getName()), message);
  }

  @Test
  void shouldRefuseWhatCannotBeMadeOrNamed() {
    assertTrue(refusal(Broken.class).contains("no ink"), refusal(Broken.class));
    assertTrue(refusal(Nameless.class).contains("name=a.b"), refusal(Nameless.class));
    assertTrue(refusal(PlugsTest.class).contains("PlugsTest"), refusal(PlugsTest.class));
    final String missing =
        assertThrows(PlugException.class, () -> plugs("no.such.Plug")).getMessage();
    assertTrue(missing.contains("no.such.Plug"), missing);
    assertTrue(missing.contains("META-INF/services/" + Shape.class.getName()), missing);
  }

  @Test
  void shouldFillDefaultsAndKeepWhatIsGiven() {
    final PlugOptions options = PlugOptions.of(KIND, new Square(), Map.of("side", "7"));

    assertEquals(7, options.count("side"));
    assertTrue(options.is("fill", "none"));
    assertEquals(Map.of("side", "7", "fill", "none"), options.asTexts());
    assertEquals(7L, PlugOptions.of(KIND, new Square(), Map.of("side", 7L)).asMap().get("side"));
  }

  @Test
  void shouldRefuseOptionsThatDoNotFit() {
    assertRefused(Map.of("sides", "7"), "shape=square option=sides", "side=WHOLE (default 2)");
    assertRefused(Map.of("side", "11"), "shape=square side=11", "between 1 and 10");
    assertRefused(Map.of("fill", "air"), "fill=air; known: fill=none|solid (default none)");
    assertRefused(Map.of("side", "6", "fill", "solid"), "side is too long to fill");
    final String none =
        assertThrows(
                IllegalArgumentException.class,
                () -> PlugOptions.of(KIND, new Circle(), Map.of("side", "1")))
            .getMessage();
    assertTrue(none.endsWith("it has no options"), none);
  }

  private static void assertRefused(final Map<String, String> given, final String... parts) {
    final String message =
        assertThrows(
                IllegalArgumentException.class, () -> PlugOptions.of(KIND, new Square(), given))
            .getMessage();
    for (final String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
