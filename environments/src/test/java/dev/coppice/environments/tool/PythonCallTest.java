package dev.coppice.environments.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonCallTest {
  @Test
  void shouldReadPositionalAndNamedArgumentsOfEveryType() {
    final PythonCall call =
        PythonCall.parse("f('a\\'b', \"c\\n\", n=-3, x=2.5, yes=True, no=False, l=['p', \"q\"])");

    assertEquals("f", call.name());
    assertEquals(List.of("a'b", "c\n"), call.positional());
    assertEquals(
        Map.of("n", -3, "x", 2.5, "yes", true, "no", false, "l", List.of("p", "q")), call.named());
    assertEquals(List.of(), PythonCall.parse("ls()").positional());
    assertEquals(
        Map.of("source", "a", "destination", "b"),
        PythonCall.parse("mv('a',destination='b')").arguments(List.of("source", "destination")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "f", "f(", "f(1", "f(1 2)", "f('a)", "(1)", "f(1)g", "f(x)", "f(a=)", "f(g())"
      })
  void shouldRefuseWhatIsNoCall(final String text) {
    assertThrows(IllegalArgumentException.class, () -> PythonCall.parse(text), text);
  }

  @Test
  void shouldRefuseMoreArgumentsThanTheToolHas() {
    assertThrows(
        IllegalArgumentException.class,
        () -> PythonCall.parse("f(1, 2)").arguments(List.of("one")));
  }
}
