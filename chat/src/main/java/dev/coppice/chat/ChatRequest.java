package dev.coppice.chat;

import java.util.List;
import java.util.Map;

/**
 * Holds a conversation and how to render it; all values are what JSON has: maps, lists, text,
 * numbers, truth values, null.
 *
 * @param messages in order, each with a role.
 * @param tools as JSON schemas, or null for none.
 * @param documents to answer from, or null for none.
 * @param addGenerationPrompt whether the text ends where the model begins to answer.
 * @param continueFinalMessage whether the text ends inside the last message, for the model to continue.
 * @param options of the template, such as {@code enable_thinking}.
 */
public record ChatRequest(
    List<Map<String, Object>> messages,
    List<Object> tools,
    List<Object> documents,
    boolean addGenerationPrompt,
    boolean continueFinalMessage,
    Map<String, Object> options) {
  /** Checks the values. */
  public ChatRequest {
    if (addGenerationPrompt && continueFinalMessage) {
      throw new IllegalArgumentException(
          "a text cannot end both behind the last message and inside it:"
              + " addGenerationPrompt=true continueFinalMessage=true");
    }
  }

  /**
   * Makes a request that ends where the model answers.
   *
   * @param messages in order.
   * @param tools as JSON schemas, or null for none.
   * @return the request.
   */
  public static ChatRequest prompt(
      final List<Map<String, Object>> messages, final List<Object> tools) {
    return new ChatRequest(messages, tools, null, true, false, Map.of());
  }

  /**
   * Returns this request with other messages.
   *
   * @param others in order.
   * @param generation whether the text ends where the model begins to answer.
   * @return the request.
   */
  public ChatRequest with(final List<Map<String, Object>> others, final boolean generation) {
    return new ChatRequest(others, tools, documents, generation, false, options);
  }
}
