package dev.coppice.environments.dialect;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.SampledJson;
import dev.coppice.environments.tool.CallNotation;
import dev.coppice.environments.tool.CallText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads calls that are objects of JSON, alone or in a list.
 *
 * @param nameKey the key of a tool's name.
 * @param argumentsKeys the keys its arguments may stand under, the usual one first.
 * @param listed whether calls are written in a list.
 * @thread any; immutable.
 */
record JsonCalls(String nameKey, List<String> argumentsKeys, boolean listed)
    implements CallNotation {
  private static final int LONGEST_NAME_CHARS = 64;
  private static final String TYPE = "type";
  private static final String ID = "id";

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
    if (text.length() > CallText.LONGEST_CHARS) {
      throw new IllegalArgumentException(
          "the call is longer than " + CallText.LONGEST_CHARS + " characters");
    }
    final boolean isList = text.strip().startsWith("[");
    final List<CallText> calls = new ArrayList<>();
    if (!isList) {
      calls.add(call(object(text)));
    } else {
      for (final Object item : (List<?>) object("{\"calls\":" + text + "}").get("calls")) {
        if (!(item instanceof Map<?, ?> call)) {
          throw refused();
        }
        calls.add(call(call));
      }
    }
    if (calls.isEmpty()) {
      throw new IllegalArgumentException("the list of calls is empty");
    }
    return calls;
  }

  private Map<String, Object> object(final String text) {
    try {
      final Map<String, Object> object = SampledJson.read(text);
      if (text.startsWith("{\"calls\":") && object.size() != 1) {
        throw refused();
      }
      return object;
    } catch (final IllegalArgumentException e) {
      throw refused();
    }
  }

  private CallText call(final Map<?, ?> written) {
    final Set<Object> others = new HashSet<>(written.keySet());
    others.remove(nameKey);
    others.removeIf(key -> key.equals(ID) && written.get(key) instanceof String);
    others.removeIf(key -> key.equals(TYPE) && "function".equals(written.get(key)));
    if (!(written.get(nameKey) instanceof String name)
        || name.length() > LONGEST_NAME_CHARS
        || others.size() != 1
        || !argumentsKeys.contains(others.iterator().next())
        || !(written.get(others.iterator().next()) instanceof Map<?, ?> arguments)) {
      throw refused();
    }
    final Map<String, Object> named = new LinkedHashMap<>();
    arguments.forEach((key, value) -> named.put((String) key, value));
    return new CallText(name, named);
  }

  private IllegalArgumentException refused() {
    return new IllegalArgumentException(
        "the call is not a JSON object with " + nameKey + " and " + argumentsKeys.getFirst());
  }

  @Override
  public String write(final CallText call) {
    final Map<String, Object> written = new LinkedHashMap<>();
    written.put(nameKey, call.tool());
    written.put(argumentsKeys.getFirst(), call.arguments());
    final String text = CanonicalJson.writeInOrder(written);
    return listed ? "[" + text + "]" : text;
  }
}
