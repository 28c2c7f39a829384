package dev.coppice.environments.countdown;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.SplittableRandom;

/** Draws texts a policy might write. */
public final class Texts {
  private Texts() {}

  /** Reads the numbers of a countdown task, or the contents of a drawers task. */
  public static List<Integer> numbers(final Task task) {
    final Object numbers = CanonicalJson.read(task.input()).get("numbers");
    final Object contents = CanonicalJson.read(task.input()).get("contents");
    return ((List<?>) (numbers == null ? contents : numbers))
        .stream().map(Integer.class::cast).toList();
  }

  /** Reads the target of a task. */
  public static String target(final Task task) {
    return CanonicalJson.read(task.input()).get("target").toString();
  }

  /** Draws a call, most often of two of the numbers. */
  public static String call(final List<Integer> numbers, final SplittableRandom random) {
    final int left = numbers.get(random.nextInt(numbers.size()));
    final int right = numbers.get(random.nextInt(numbers.size()));
    return switch (random.nextInt(8)) {
      case 0 -> "nonsense" + random.nextInt(3);
      case 1 -> left + "/0";
      default -> left + "" + "+-*/".charAt(random.nextInt(4)) + right;
    };
  }
}
