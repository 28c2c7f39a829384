package dev.coppice.environments.dialect;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.SampledJson;
import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.tool.CallText;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads calls whose name stands before an object of arguments: {@code f[ARGS]{"a": 1}}, with an id
 * where the model gives one, {@code f[CALL_ID]abc123xyz[ARGS]{"a": 1}}.
 *
 * @thread any; stateless.
 */
record ArgsCalls() implements CallNotation {
  private static final String FORM = "a call is written name[ARGS]{\"argument\": value}";
  private static final Pattern HEAD =
      Pattern.compile("\\s*([^\\s\\[\\]{}]{1,64})\\s*(?:\\[CALL_ID][^\\[\\]{}]{1,64})?\\[ARGS]");

  @Override
  public CallText read(final String text) {
    final Matcher head = HEAD.matcher(text);
    if (text.length() > CallText.LONGEST_CHARS || !head.lookingAt()) {
      throw new IllegalArgumentException(FORM);
    }
    try {
      return new CallText(head.group(1), SampledJson.read(text.substring(head.end())));
    } catch (final IllegalArgumentException e) {
      throw new IllegalArgumentException(FORM + ": " + e.getMessage(), e);
    }
  }

  @Override
  public List<CallText> readAll(final String text) {
    return List.of(read(text));
  }

  @Override
  public String write(final CallText call) {
    return call.tool() + "[ARGS]" + CanonicalJson.writeInOrder(call.arguments());
  }
}
