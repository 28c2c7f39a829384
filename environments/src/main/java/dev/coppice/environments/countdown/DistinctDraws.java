package dev.coppice.environments.countdown;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * Takes distinct problems from an endless sequence of draws with replacement.
 *
 * <p>Repeated problems would make standard errors over problems look smaller than they are.
 *
 * @thread stateless, any thread
 */
public final class DistinctDraws {
  private static final int DRAWS_PER_PROBLEM = 64;

  private DistinctDraws() {}

  /**
   * Takes the first distinct problems in the order of their draws.
   *
   * @param <P> the type of the problems.
   * @param name of the environment, for the message.
   * @param count of problems, at least 1.
   * @param draw gives the problem of an index.
   * @return the problems.
   * @throws IllegalArgumentException if {@code 64 * count} draws hold fewer distinct problems.
   */
  public static <P> List<P> take(final String name, final int count, final LongFunction<P> draw) {
    if (count < 1) {
      throw new IllegalArgumentException(name + " needs at least one problem: count=" + count);
    }
    final Set<P> distinct = new LinkedHashSet<>();
    for (long index = 0; distinct.size() < count; index++) {
      if (index >= (long) DRAWS_PER_PROBLEM * count) {
        throw new IllegalArgumentException(
            name
                + " has too few distinct problems: count="
                + count
                + " found="
                + distinct.size()
                + "; ask for fewer");
      }
      distinct.add(draw.apply(index));
    }
    return List.copyOf(distinct);
  }
}
