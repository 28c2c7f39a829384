package dev.coppice.app.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a place where the policy {@code fixed} forks.
 *
 * @unit turns, from 0.
 * @param fromDecision whether the turn counts from the one that decides.
 * @param turn of the fork.
 * @param children of the fork, at least 1.
 */
public record ForkPlace(boolean fromDecision, int turn, int children) {
  private static final Pattern FORM =
      Pattern.compile("(?:(\\d{1,6})|decision(?:\\+(\\d{1,6}))?):(\\d{1,4})");

  /**
   * Reads a place.
   *
   * @param text such as {@code 0:4}, {@code decision:8} or {@code decision+1:2}.
   * @return the place.
   * @throws IllegalArgumentException if the text has another form.
   */
  public static ForkPlace parse(final String text) {
    final Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) < 1) {
      throw new IllegalArgumentException(
          "tree.fixed.places takes TURN:CHILDREN such as \"0:4\", \"decision:8\" or"
              + " \"decision+1:2\", not \""
              + text
              + "\"");
    }
    final int children = Integer.parseInt(matcher.group(3));
    if (matcher.group(1) != null) {
      return new ForkPlace(false, Integer.parseInt(matcher.group(1)), children);
    }
    final String offset = matcher.group(2);
    return new ForkPlace(true, offset == null ? 0 : Integer.parseInt(offset), children);
  }
}
