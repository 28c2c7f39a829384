package dev.coppice.environments.user;

import java.util.List;
import java.util.Map;

/** Writes messages as plain text, for policies without a chat template. */
public final class UserMessages {
  private UserMessages() {}

  /**
   * Writes messages as text.
   *
   * @param messages with role and content.
   * @return the content of the only one, or all of them under their roles.
   */
  public static String text(final List<Map<String, Object>> messages) {
    if (messages.size() == 1) {
      return String.valueOf(messages.getFirst().get("content"));
    }
    return String.join(
        "\n\n",
        messages.stream()
            .map(message -> message.get("role") + ": " + message.get("content"))
            .toList());
  }
}
