package dev.coppice.environments.user;

import java.util.List;
import java.util.Locale;

/**
 * Plays a user by rule, where no model plays one: names the reason, then what is known, then agrees.
 *
 * <p>The first paragraph of the script is the reason, the second what is known; the rest, which is how the
 * user should behave, is never said. The conversation ends when the agent asks nothing any more.
 *
 * @thread any; stateless.
 */
public final class RecitingUser implements SimulatedUser {
  private static final String AGREES = "Yes, please go ahead.";

  @Override
  public String reply(final String script, final List<String> said, final long seed) {
    final String[] parts = script.split("\n", -1);
    final String asked = said.getLast();
    if (asked.toLowerCase(Locale.ROOT).contains("transferred to a human")) {
      return TRANSFER;
    }
    return switch (said.size()) {
      case 1 -> parts[0];
      case 3 -> parts.length > 1 ? "Yes. " + parts[1] : AGREES;
      default -> asked.contains("?") ? AGREES : STOP;
    };
  }

  @Override
  public boolean draws() {
    return false;
  }
}
