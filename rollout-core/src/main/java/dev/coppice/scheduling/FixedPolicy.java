package dev.coppice.scheduling;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives a fixed number of children before fixed turns.
 *
 * @thread any; immutable.
 * @source SPO-tree (arXiv:2505.23564) branches by fixed factors per depth; here a depth is a turn.
 */
public final class FixedPolicy implements BranchingPolicy {
  private static final Pattern FORM =
      Pattern.compile("(?:(\\d{1,6})|decision(?:\\+(\\d{1,6}))?):(\\d{1,4})");

  private final List<Place> places;

  /**
   * Says before which turn to fork.
   *
   * @param fromDecision whether {@code turn} counts from the first deciding turn of the task.
   * @param turn before whose first token to fork, from 0.
   * @param children to give, at least 1.
   */
  public record Place(boolean fromDecision, int turn, int children) {
    /** Checks the ranges. */
    public Place {
      if (turn < 0 || children < 1) {
        throw new IllegalArgumentException(
            "a place needs a turn and children: turn=" + turn + " children=" + children);
      }
    }

    /**
     * Reads a place.
     *
     * @param text such as {@code 0:4}, {@code decision:8} or {@code decision+1:2}.
     * @return the place.
     * @throws IllegalArgumentException if the text has another form.
     */
    public static Place parse(final String text) {
      final Matcher matcher = FORM.matcher(text.strip());
      if (!matcher.matches() || Integer.parseInt(matcher.group(3)) < 1) {
        throw new IllegalArgumentException(
            "places takes TURN:CHILDREN such as \"0:4\", \"decision:8\" or \"decision+1:2\", not \""
                + text
                + "\"");
      }
      final int children = Integer.parseInt(matcher.group(3));
      if (matcher.group(1) != null) {
        return new Place(false, Integer.parseInt(matcher.group(1)), children);
      }
      final String offset = matcher.group(2);
      return new Place(true, offset == null ? 0 : Integer.parseInt(offset), children);
    }
  }

  /**
   * Keeps the places.
   *
   * @param places at which to fork.
   */
  public FixedPolicy(final List<Place> places) {
    this.places = List.copyOf(places);
  }

  @Override
  public String name() {
    return "fixed";
  }

  @Override
  public boolean looksAtPathAlone() {
    return true;
  }

  @Override
  public int childrenAtTurn(final BranchPoint point) {
    int children = 1;
    for (int i = 0; i < places.size(); i++) {
      final Place place = places.get(i);
      final int turn = place.turn() + (place.fromDecision() ? point.decisionTurn() : 0);
      if (turn == point.turn()) {
        children *= place.children();
      }
    }
    return children;
  }

  /** Offers the policy by the name {@code fixed}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "fixed",
          "Gives a fixed number of children before fixed turns.",
          PlugOption.texts(
              "places",
              List.of("decision:8"),
              "Where to fork: 'TURN:CHILDREN', with the turn counted from 0 or from the turn that"
                  + " decides, as in \"decision:8\" or \"decision+1:2\"."));
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new FixedPolicy(places(options));
    }

    @Override
    public void check(final PlugOptions options) {
      if (places(options).isEmpty()) {
        throw new IllegalArgumentException("places is empty; try [\"decision:8\"]");
      }
    }

    private static List<Place> places(final PlugOptions options) {
      return options.texts("places").stream().map(Place::parse).toList();
    }
  }
}
