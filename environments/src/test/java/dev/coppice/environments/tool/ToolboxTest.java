package dev.coppice.environments.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolboxTest {
  private final Toolbox<List<String>> tools =
      new Toolbox<>(
          List.of(
              new Tool<>("add", "Adds words.", SideEffect.WRITE, Add.class, ToolboxTest::add),
              new Tool<>(
                  "cheat",
                  "Writes though it may not.",
                  SideEffect.READ,
                  Nothing.class,
                  (state, arguments) -> new Step<>(List.of("changed"), null))));

  private static Step<List<String>> add(final List<String> state, final Add arguments)
      throws ToolException {
    if (arguments.times() > 3) {
      throw new ToolException("times must be at most 3");
    }
    final List<String> next = new ArrayList<>(state);
    for (int i = 0; i < arguments.times(); i++) {
      next.addAll(arguments.words());
    }
    return new Step<>(
        List.copyOf(next), Map.of("size", next.size(), "note", "" + arguments.note()));
  }

  @Test
  void shouldReadArgumentsIntoTheRecordAndFillInTheOthers() {
    final Toolbox.Outcome<List<String>> outcome =
        tools.call(List.of("a"), "{\"name\":\"add\",\"arguments\":{\"words\":[\"b\",\"c\"]}}");

    assertEquals(List.of("a", "b", "c"), outcome.state());
    assertEquals("{\"note\":\"null\",\"size\":3}", outcome.result());
    assertEquals("{\"words\":[\"b\",\"c\"]}", outcome.arguments());
    assertEquals(ToolCall.Status.OK, outcome.status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"words\":\"b\"}|add: words must be array, not b",
        "{\"words\":[1]}|add: words has an item that must be string, not 1",
        "{}|add needs the argument words",
        "{\"words\":[],\"colour\":1}|add has no argument colour",
        "{\"words\":[],\"times\":\"2\"}|add: times must be integer, not 2",
        "{\"words\":[],\"times\":2.5}|add: times must be integer, not 2.5",
        "{\"words\":[],\"times\":99999999999}|add: times must be integer",
        "{\"words\":[],\"exactly\":\"yes\"}|add: exactly must be boolean, not yes",
        "{\"words\":[],\"weight_kg\":\"x\"}|add: weight_kg must be number, not x",
        "{\"words\":[],\"note\":{}}|add: note must be string",
        "{\"words\":[\"a\"],\"times\":4}|times must be at most 3"
      })
  void shouldExplainWhatDoesNotFit(final String arguments, final String message) {
    final Toolbox.Outcome<List<String>> outcome =
        tools.call(List.of("a"), "{\"name\":\"add\",\"arguments\":" + arguments + "}");

    assertEquals(ToolCall.Status.ILLEGAL, outcome.status());
    assertEquals(List.of("a"), outcome.state());
    final String error = (String) CanonicalJson.read(outcome.result()).get("error");
    assertTrue(error.startsWith(message), error);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "add",
        "{\"name\":1}",
        "{\"arguments\":{}}",
        "{\"name\":\"add\"} trailing",
        "{\"name\":\"add\",\"arguments\":[]}",
        "{\"name\":\"add\",\"arguments\":null}",
        "{\"name\":"
      })
  void shouldCallMalformedWhatIsNoCall(final String text) {
    assertEquals(ToolCall.Status.MALFORMED, tools.call(List.of(), text).status());
  }

  @Test
  void shouldNameTheToolsWhenThereIsNoSuchTool() {
    final Toolbox.Outcome<List<String>> outcome =
        tools.call(List.of(), "{\"name\":\"ad\",\"arguments\":{}}");

    assertEquals(ToolCall.Status.ILLEGAL, outcome.status());
    assertTrue(outcome.result().contains("[add, cheat]"), outcome.result());
  }

  @Test
  void shouldRefuseDeepAndLongTextsWithoutHarm() {
    final String deep = "{\"name\":\"add\",\"arguments\":" + "{\"a\":".repeat(10_000);

    assertEquals(ToolCall.Status.MALFORMED, tools.call(List.of(), deep).status());
    assertEquals(
        ToolCall.Status.MALFORMED,
        tools.call(List.of(), "{\"name\":\"" + "a".repeat(1 << 20) + "\"}").status());
  }

  @Test
  void shouldDeriveTheSchemaFromTheRecord() {
    final Map<String, Object> schema =
        CanonicalJson.read(CanonicalJson.write(tools.tools().getFirst().schema()));

    final Map<?, ?> parameters = (Map<?, ?>) schema.get("parameters");
    final Map<?, ?> properties = (Map<?, ?>) parameters.get("properties");
    assertEquals(List.of("words"), parameters.get("required"));
    assertEquals(
        Map.of("type", "integer", "description", "How often.", "default", 1),
        properties.get("times"));
    assertEquals(
        Map.of("type", "number", "description", "A weight.", "default", 0.5),
        properties.get("weight_kg"));
    assertEquals(Map.of("type", "string", "description", "A note."), properties.get("note"));
    assertEquals(
        Map.of("type", "array", "description", "The words.", "items", Map.of("type", "string")),
        properties.get("words"));
  }

  @Test
  void shouldRefuseToolsThatAreDeclaredWrongly() {
    assertThrows(
        IllegalStateException.class,
        () -> tools.call(List.of(), "{\"name\":\"cheat\",\"arguments\":{}}"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Tool<String, Bare>("x", "d", SideEffect.PURE, Bare.class, (s, a) -> null));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Tool<String, Nothing>("X y", "d", SideEffect.PURE, Nothing.class, (s, a) -> null));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Tool<String, Odd>("x", "d", SideEffect.PURE, Odd.class, (s, a) -> null));
  }

  record Add(
      @Argument("The words.") List<String> words,
      @Argument(value = "How often.", defaultValue = "1") int times,
      @Argument(value = "Whether exactly.", defaultValue = "false") boolean exactly,
      @Argument(value = "A weight.", defaultValue = "0.5") double weightKg,
      @Argument(value = "A note.", defaultValue = Argument.OPTIONAL) String note) {}

  record Nothing() {}

  record Bare(String undescribed) {}

  record Odd(@Argument("A type no JSON has.") Thread thread) {}
}
