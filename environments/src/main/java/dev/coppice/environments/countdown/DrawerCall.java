package dev.coppice.environments.countdown;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the call {@code open 3}.
 *
 * <p>It can be read in both worlds, since one policy plays both; but where there are no drawers it
 * is illegal.
 *
 * @thread stateless, any thread
 */
public final class DrawerCall {
  private static final String TOOL = "open";
  private static final Pattern CALL = Pattern.compile(TOOL + " [0-9]{1,3}");

  private DrawerCall() {}

  /**
   * Tells whether a text is such a call.
   *
   * @param text of the call.
   * @return true if it names a drawer with one to three digits.
   */
  public static boolean isOne(final String text) {
    return CALL.matcher(text).matches();
  }

  /**
   * Writes the call.
   *
   * @param drawer to open, from 0 to 999.
   * @return for example {@code open 3}.
   */
  static String text(final int drawer) {
    return TOOL + " " + drawer;
  }

  /**
   * Reads the number of the drawer.
   *
   * @param text for which {@link #isOne} holds.
   * @return the number, from 0 to 999.
   */
  public static int drawer(final String text) {
    return Integer.parseInt(text.substring(TOOL.length() + 1));
  }

  /**
   * Answers a call for a drawer that was closed until now.
   *
   * @param drawer that was opened.
   * @param content the agent sees.
   * @return the observation.
   */
  public static Observation opened(final int drawer, final String content) {
    return observation(drawer, content, ToolCall.Status.OK);
  }

  /**
   * Answers a call for a drawer that is open already or does not exist.
   *
   * @param drawer that was asked for.
   * @return the observation.
   */
  public static Observation illegal(final int drawer) {
    return observation(drawer, "illegal", ToolCall.Status.ILLEGAL);
  }

  private static Observation observation(
      final int drawer, final String content, final ToolCall.Status status) {
    return Observation.of(
        "<obs>" + content + "</obs>",
        TOOL,
        CanonicalJson.write(Map.of("drawer", drawer)),
        status,
        status == ToolCall.Status.OK);
  }
}
