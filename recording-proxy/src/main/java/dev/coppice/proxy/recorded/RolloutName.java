package dev.coppice.proxy.recorded;

import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import java.util.regex.Pattern;

/**
 * Names a rollout as agents do: {@code RUN:TASK:ROLLOUT}.
 *
 * @param run the name of the run; a dash stands for whichever it is.
 * @param task the rollouts of one task are one group.
 * @param rollout unique in its task.
 */
public record RolloutName(String run, String task, String rollout) {
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9._@+=~-]{1,128}");
  private static final String ANY_RUN = "-";

  /** Checks the letters. */
  public RolloutName {
    for (final String part : new String[] {run, task, rollout}) {
      if (!PART.matcher(part).matches()) {
        throw new RefusedException(
            Kind.INVALID,
            "rollout",
            "a rollout is named RUN:TASK:ROLLOUT, each 1 to 128 letters, digits or . _ @ + = ~ -: "
                + run
                + ":"
                + task
                + ":"
                + rollout);
      }
    }
  }

  /**
   * Reads a name.
   *
   * @param text {@code RUN:TASK:ROLLOUT}, or {@code TASK:ROLLOUT}.
   * @return the name.
   * @throws RefusedException if it is none.
   */
  public static RolloutName parse(final String text) {
    final String[] parts = text.split(":", -1);
    return switch (parts.length) {
      case 2 -> new RolloutName(ANY_RUN, parts[0], parts[1]);
      case 3 -> new RolloutName(parts[0], parts[1], parts[2]);
      default ->
          throw new RefusedException(
              Kind.INVALID, "rollout", "a rollout is named RUN:TASK:ROLLOUT, not " + text);
    };
  }

  /** Checks that the rollout belongs here, and names the run. */
  RolloutName in(final String present) {
    if (!run.equals(ANY_RUN) && !run.equals(present)) {
      throw new RefusedException(
          Kind.NOT_FOUND, "rollout", "this proxy records the run " + present + ", not " + run);
    }
    return new RolloutName(present, task, rollout);
  }

  /** Returns the name as it is written. */
  @Override
  public String toString() {
    return run + ":" + task + ":" + rollout;
  }
}
