package dev.coppice.environments.toolworld;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.SideEffect;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Describes a tool to the model and to whoever records its results.
 *
 * @param name of the tool, unique in its world.
 * @param description for the model.
 * @param effect of the tool on the world; only WRITE ever forces a copy of it.
 * @param version of what the tool computes; part of the key of recorded results.
 * @param parameters the JSON schema of the arguments, an object; where it has {@code properties} and
 *     is silent on others, others are refused, as {@link
 *     dev.coppice.environments.schema.ToolSchema} says.
 * @param result the JSON schema of the answer, or an empty map where the answer is any text.
 */
public record ToolSpec(
    String name,
    String description,
    SideEffect effect,
    String version,
    Map<String, Object> parameters,
    Map<String, Object> result) {
  /**
   * The name of a tool that takes turns without a call, as its argument {@code text}, and answers as a
   * user does. A world that has it talks: it ends episodes itself, and the model is shown the tool as
   * little as people show themselves.
   */
  public static final String SAY = "$say";

  /** Checks that nothing is missing. */
  public ToolSpec {
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(description, "description is null");
    Objects.requireNonNull(effect, "effect is null");
    Objects.requireNonNull(version, "version is null");
    parameters = Map.copyOf(parameters);
    result = Map.copyOf(result);
  }

  /**
   * Writes down what a result depends on: tool, version, canonical JSON arguments, state digest.
   *
   * @param arguments as canonical JSON.
   * @param digest of the state before the call.
   * @return the key of the result, canonical JSON itself.
   */
  public String resultKey(final String arguments, final String digest) {
    return CanonicalJson.write(List.of(name, version, arguments, digest));
  }

  /**
   * Writes the schema in the form of OpenAI's function calls.
   *
   * @return a JSON object with {@code name}, {@code description} and {@code parameters}.
   */
  public Map<String, Object> schema() {
    return Map.of("name", name, "description", description, "parameters", parameters);
  }
}
