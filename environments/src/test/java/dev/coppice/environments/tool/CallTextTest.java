package dev.coppice.environments.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.environments.canonical.CanonicalJson;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallTextTest {
  /** Each of them once ran, as another call than stands there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'name':'look','name':'delete','arguments':{}}",
        "{'name':'a','arguments':{'n':1},'arguments':{'n':2}}",
        "{'name':'a','arguments':{'deep':[{'n':1,'n':2}]}}",
        "{'name':'a','arguments':{'n':1e400}}",
        "{'name':'a','arguments':{'n':[-1e999]}}",
        "{'name':'a','arguments':{'n':NaN}}",
        "{'name':'a','arguments':{'n':Infinity}}",
        "{'name':'a','arguments':{'s':'\\ud800'}}",
        "{'name':'a','arguments':{'s':'x\\udc00\\ud800'}}",
        "{'name':'a','arguments':{'\\udfff':1}}",
        "{'name':'a'}",
        "{'name':'a','arguments':null}",
        "{'name':'a','arguments':[]}",
        "{'name':'a','arguments':'{}'}",
        "{'name':'a','parameters':{},'arguments':{}}",
        "{'name':'a','argumnets':{}}",
        "{'name':'a','arguments':{}} {'name':'b','arguments':{}}",
        "null"
      })
  void shouldRefuseWhatDoesNotMeanOneCall(final String text) {
    assertThrows(IllegalArgumentException.class, () -> CallText.read(text.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5",
    "5.0, 5.0",
    "0.1, 0.1",
    "-0.5, -0.5",
    "1e3, 1000.0",
    "12345678901234567890, 12345678901234567890",
    "0.12345678901234567890123, 0.12345678901234567890123",
    "3.14159265358979323846, 3.14159265358979323846"
  })
  void shouldKeepTheDigitsOfNumbers(final String written, final String shown) {
    final CallText call = CallText.read("{\"name\":\"a\",\"arguments\":{\"n\":" + written + "}}");

    assertEquals("{\"n\":" + shown + "}", CanonicalJson.write(call.arguments()));
  }

  @Test
  void shouldReadWhatItWrites() {
    final long seed = new Random().nextLong();
    final Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      final Map<String, Object> arguments = new LinkedHashMap<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        arguments.put("k" + i + Character.toString(0x1F600 + random.nextInt(40)), value(random, 3));
      }
      final CallText call = CallText.read(CallText.write("tool", arguments));

      assertEquals("tool", call.tool(), "seed=" + seed);
      assertEquals(arguments, call.arguments(), "seed=" + seed);
    }
  }

  private static Object value(final Random random, final int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 7)) {
      case 0 -> random.nextInt();
      case 1 -> random.nextLong() | 1L << 40;
      case 2 -> random.nextGaussian() * Math.pow(10, random.nextInt(-300, 300));
      case 3 -> random.nextBoolean();
      case 4 -> Character.toString(random.nextInt(0xD800)) + "\uD83D\uDE00";
      case 5 -> Arrays.asList(value(random, depth - 1), null);
      default -> Map.of("in", List.of(value(random, depth - 1)));
    };
  }
}
