package dev.coppice.environments.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.episode.Dialect;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CallDialectTest {

  @Test
  void shouldReadInEveryDialectWhatItWrites() {
    for (final String name : CallDialect.names()) {
      final CallDialect dialect = CallDialect.of(name);
      final Random random = new Random(name.hashCode());
      for (int round = 0; round < 300; round++) {
        final Map<String, Object> arguments = new LinkedHashMap<>();
        for (int i = 0; i < random.nextInt(4); i++) {
          arguments.put("a" + i, value(random, 2));
        }
        final CallText call = new CallText("f" + round, arguments);
        final String text = dialect.notation().write(call);
        assertEquals(List.of(call), dialect.notation().readAll(text), name + ": " + text);
      }
    }
  }

  private static Object value(final Random random, final int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> random.nextInt(2000) - 1000;
      case 1 -> random.nextBoolean();
      case 2 -> "it's \"so\", [x] {y}\n\\ = " + random.nextInt(9);
      case 3 -> random.nextInt(1000) / 8.0;
      case 4 -> List.of(value(random, depth - 1), value(random, depth - 1));
      default -> Map.of("k", value(random, depth - 1));
    };
  }

  @Test
  void shouldKeepDigitsAndRefuseWhatDoesNotMeanOneCall() {
    for (final String name : List.of("hermes", "llama3", "mistral")) {
      final CallNotation notation = CallDialect.of(name).notation();
      final String key = name.equals("llama3") ? "parameters" : "arguments";
      final String open = "{\"name\":\"f\",\"" + key + "\":";
      assertEquals(
          "{\"a\":12345678901234567890123,\"b\":0.10000000000000000001}",
          CanonicalJson.write(
              notation
                  .read(open + "{\"a\":12345678901234567890123,\"b\":0.10000000000000000001}}")
                  .arguments()));
      for (final String wrong :
          List.of(
              open + "{\"a\":1,\"a\":2}}",
              open + "{},\"" + key + "\":{}}",
              open + "{\"a\":1e400}}",
              open + "{\"a\":NaN}}",
              open + "{\"a\":\"\\ud800\"}}",
              open + "{},\"extra\":1}",
              open + "[]}",
              open + "{}} x",
              "{\"name\":\"f\"}",
              "[]",
              "")) {
        assertThrows(IllegalArgumentException.class, () -> notation.readAll(wrong), name + wrong);
      }
    }
    final CallNotation pythonic = CallDialect.of("pythonic").notation();
    assertEquals(
        "{\"a\":12345678901234567890123}",
        CanonicalJson.write(pythonic.read("[f(a=12345678901234567890123)]").arguments()));
    for (final String wrong :
        List.of(
            "[f(a=1, a=2)]",
            "[f(1)]",
            "[f(a=1e400)]",
            "[f(a=b)]",
            "f(a=1)",
            "[f(a=1) g()]",
            "[]")) {
      assertThrows(IllegalArgumentException.class, () -> pythonic.readAll(wrong), wrong);
    }
  }

  @Test
  void shouldReadListsAndWhatFamiliesAddToThem() {
    final CallNotation mistral = CallDialect.of("mistral").notation();
    assertEquals(
        List.of("f", "g"),
        mistral
            .readAll(
                " [{\"name\": \"f\", \"arguments\": {}, \"id\": \"abc123xyz\"},"
                    + " {\"name\": \"g\", \"arguments\": {\"x\": 1}}]")
            .stream()
            .map(CallText::tool)
            .toList());
    assertEquals(
        "f",
        CallDialect.of("llama3")
            .notation()
            .read("{\"type\": \"function\", \"name\": \"f\", \"parameters\": {}}")
            .tool());
  }

  @Test
  void shouldReadANameBeforeItsArguments() {
    final CallNotation args = CallDialect.of("mistral-args").notation();
    assertEquals(
        new CallText("f", Map.of("a", "]}[")),
        args.read("f[CALL_ID]abc123xyz[ARGS]{\"a\": \"]}[\"}"));
    assertEquals(
        "{\"a\":12345678901234567890123}",
        CanonicalJson.write(args.read("f[ARGS]{\"a\":12345678901234567890123}").arguments()));
    for (final String wrong :
        List.of(
            "",
            "f{}",
            "[ARGS]{}",
            "f g[ARGS]{}",
            "f[ARGS][]",
            "f[ARGS]{} x",
            "f[ARGS]{\"a\":1,\"a\":2}",
            "f[ARGS]{\"a\":1e400}")) {
      assertThrows(IllegalArgumentException.class, () -> args.readAll(wrong), wrong);
    }
  }

  @Test
  void shouldDeclareADialect() {
    final CallDialect own = CallDialect.declared("<<", ">>", "tool", "args");
    final CallFormat format = own.over(CallFormat.TAGS, 2);
    assertEquals("<<{\"tool\":\"f\",\"args\":{\"a\":1}}>>", format.call("f", Map.of("a", 1)));
    assertEquals(new CallText("f", Map.of()), own.notation().read("{\"tool\":\"f\",\"args\":{}}"));
    assertEquals(Dialect.Ending.JSON, format.dialect().ending());
    assertEquals(Dialect.Ending.BARE, CallDialect.declared("{", "", "n", "a").ending());
    assertThrows(
        IllegalArgumentException.class, () -> CallDialect.declared("<<", ">>", "same", "same"));
    assertThrows(IllegalArgumentException.class, () -> CallDialect.declared("", "", "n", "a"));
    assertThrows(IllegalArgumentException.class, () -> CallDialect.of("morse"));
  }
}
