package dev.coppice.environments.dialect;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.PythonCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads calls that are written as a list of calls in Python: {@code [f(a=1), g(b="x")]}.
 *
 * <p>Arguments have names; nothing is evaluated.
 *
 * @thread any; stateless.
 */
record PythonicCalls() implements CallNotation {
  private static final String FORM = "calls are written as a list, [name(argument=value)]";

  @Override
  public CallText read(final String text) {
    final List<CallText> calls = readAll(text);
    if (calls.size() != 1) {
      throw new IllegalArgumentException("there are " + calls.size() + " calls in one");
    }
    return calls.getFirst();
  }

  @Override
  public List<CallText> readAll(final String text) {
    final String list = text.strip();
    if (!list.startsWith("[") || !list.endsWith("]") || list.length() > CallText.LONGEST_CHARS) {
      throw new IllegalArgumentException(FORM);
    }
    final List<CallText> calls = new ArrayList<>();
    try {
      for (final PythonCall call : PythonCall.parseAll(list.substring(1, list.length() - 1))) {
        if (!call.positional().isEmpty()) {
          throw new IllegalArgumentException("an argument has no name: " + call.name());
        }
        calls.add(new CallText(call.name(), call.named()));
      }
    } catch (final IllegalArgumentException e) {
      throw new IllegalArgumentException(FORM + ": " + e.getMessage(), e);
    }
    if (calls.isEmpty()) {
      throw new IllegalArgumentException("the list of calls is empty");
    }
    return calls;
  }

  @Override
  public String write(final CallText call) {
    return call.arguments().entrySet().stream()
        .map(argument -> argument.getKey() + "=" + literal(argument.getValue()))
        .collect(Collectors.joining(", ", "[" + call.tool() + "(", ")]"));
  }

  private static String literal(final Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean flag -> flag ? "True" : "False";
      case List<?> list ->
          list.stream().map(PythonicCalls::literal).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> literal(entry.getKey()) + ": " + literal(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      default -> CanonicalJson.writeAscii(value);
    };
  }
}
