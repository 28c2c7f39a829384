package dev.coppice.remote.trial;

import dev.coppice.draw.Copies;
import dev.coppice.draw.CounterRandom;
import dev.coppice.model.Draws;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.Quotes;
import dev.coppice.model.RunnerListener;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Work;
import dev.coppice.trajectory.SamplingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Grows one tree on a server and reports what was shared: a prompt, children of it, and children of each
 * after an observation; then as many separate paths that share nothing.
 *
 * @thread one at a time.
 */
public final class TreeBench {
  private static final int OBSERVATION = 24;
  private static final long SEED = 20_261_130;
  private static final long PARK_NS = 200_000;

  private final ModelRunner runner;
  private final int[] prompt;
  private final int children;
  private final int newTokens;
  private final int blockTokens;
  private int branches;
  private long unshared;

  /**
   * Holds what a job came to.
   *
   * @param uniquePrompt tokens of prompt and observations that any server must compute once.
   * @param forked children beyond the first of each fork.
   * @param unshared tokens of their paths that the server cannot share: the rest of a block each.
   * @param computedPrompt tokens of prompts the server computed, by its answers.
   * @param generated tokens it sampled.
   * @param seconds of the whole job.
   */
  public record Job(
      long uniquePrompt,
      long forked,
      long unshared,
      long computedPrompt,
      long generated,
      double seconds) {}

  /**
   * Prepares a job.
   *
   * @param runner over the server.
   * @param prompt of the tree; another beginning makes another tree.
   * @param children of each fork.
   * @param newTokens of each child.
   * @param blockTokens the least the server shares of a path.
   */
  public TreeBench(
      final ModelRunner runner,
      final int[] prompt,
      final int children,
      final int newTokens,
      final int blockTokens) {
    this.runner = runner;
    this.prompt = prompt.clone();
    this.children = children;
    this.newTokens = newTokens;
    this.blockTokens = blockTokens;
  }

  /**
   * Grows the tree: two forks on every path.
   *
   * @return what it came to.
   */
  public Job tree() {
    runner.begin(new RunnerSession(System::nanoTime, 0, false, 2, true));
    unshared = 0;
    final long startNs = System.nanoTime();
    final List<int[]> level = answers(List.of(prompt), children);
    final List<int[]> observed = new ArrayList<>();
    for (final int[] path : level) {
      observed.add(withObservation(path));
    }
    answers(observed, children);
    final long forks = 1 + level.size();
    return job(startNs, prompt.length + (long) level.size() * OBSERVATION, forks * (children - 1));
  }

  /**
   * Computes as many paths that have nothing in common as the first fork has children.
   *
   * @return what it came to.
   */
  public Job separate() {
    runner.begin(new RunnerSession(System::nanoTime, 0, false, 2, false));
    unshared = 0;
    final long startNs = System.nanoTime();
    final List<int[]> paths = new ArrayList<>();
    for (int child = 0; child < children; child++) {
      final int[] path = prompt.clone();
      path[0] = prompt[child + 1]; // The first token differs, so nothing after it is shared.
      paths.add(path);
    }
    answers(paths, 1);
    return job(startNs, (long) children * prompt.length, 0);
  }

  /**
   * Computes the first fork alone.
   *
   * @return what it came to.
   */
  public Job fork() {
    runner.begin(new RunnerSession(System::nanoTime, 0, false, 2, true));
    unshared = 0;
    final long startNs = System.nanoTime();
    final int[] path = prompt.clone();
    path[0] = prompt[children + 1];
    answers(List.of(path), children);
    return job(startNs, prompt.length, children - 1L);
  }

  private Job job(final long startNs, final long unique, final long forked) {
    final double seconds = (System.nanoTime() - startNs) / 1e9;
    final Map<String, Long> counters = runner.counters();
    return new Job(
        unique,
        forked,
        unshared,
        counters.getOrDefault("remote_prompt_computed", 0L),
        counters.getOrDefault("remote_generated", 0L),
        seconds);
  }

  /** An observation of its own for every path: the prompt's tokens, turned round by what was sampled. */
  private int[] withObservation(final int[] path) {
    final int[] observed = Arrays.copyOf(path, path.length + OBSERVATION);
    for (int i = 0; i < OBSERVATION; i++) {
      final int from = Math.floorMod(path[path.length - 1] + branches + i, prompt.length);
      observed[path.length + i] = prompt[from];
    }
    return observed;
  }

  /** Samples children of paths, all at a time, and returns the paths they came to. */
  private List<int[]> answers(final List<int[]> paths, final int each) {
    final List<int[]> grown = new ArrayList<>();
    final List<Work> open = new ArrayList<>();
    for (final int[] path : paths) {
      final int shared = (path.length - 1) / blockTokens * blockTokens;
      unshared += (each - 1L) * (path.length - shared);
    }
    for (final int[] path : paths) {
      final int branch = branches++;
      final Work work =
          new Work(
              new Work.Place(branch, branch, branch),
              Copies.one(CounterRandom.mix(SEED, branch)),
              path,
              new Work.Terms(SamplingSettings.PLAIN, new Work.Stops(List.of(), List.of())));
      open.add(work.ask(newTokens, each));
      runner.submit(work);
    }
    final Desk desk = new Desk(open, grown);
    while (!open.isEmpty()) {
      if (runner.poll(desk) == 0) {
        LockSupport.parkNanos(PARK_NS);
      }
    }
    return grown;
  }

  /** Takes in answers; what a server stopped early is as good. */
  private record Desk(List<Work> open, List<int[]> grown) implements RunnerListener {
    @Override
    public void quoted(final Quotes quotes) {
      // Everything is paid.
    }

    @Override
    public void drawn(final Draws draws) {
      for (int row = 0; row < draws.rows(); row++) {
        final Work work = draws.work(row);
        if (draws.failure(row) != null) {
          throw new IllegalStateException("the server failed: " + draws.failure(row).message());
        }
        for (int draw = 0; draw < draws.count(row); draw++) {
          final int length = draws.length(row, draw);
          final int[] path = Arrays.copyOf(work.tokens(), work.length() + length);
          for (int i = 0; i < length; i++) {
            path[work.length() + i] = draws.token(row, draw, i);
          }
          grown.add(path);
        }
        open.remove(work);
      }
    }
  }
}
