package dev.coppice.proxy.strand;

import dev.coppice.model.Draws;
import dev.coppice.model.Quotes;
import dev.coppice.model.Work;
import dev.coppice.proxy.strand.Sampled.Spent;
import dev.coppice.trajectory.TrajectoryNode.VersionRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds one continuation while it is sampled, and books what it costs.
 *
 * <p>The rules are those of the engine: the last sampled token is paid as sampled, so its keys and
 * values cost nothing more; what this rollout had computed before and is computed again is
 * recomputed; what it never computed and is there was found.
 *
 * @thread the loop's.
 */
final class Running {
  final Ask ask;
  final int branch;
  final Work work;
  final TokenSink sink;
  int everComputed;
  boolean tailSampled;
  private final int given;
  private long prefilled;
  private long recomputed;
  private int found;
  private long discarded;
  private int paidCached;
  private int paidComputes;
  private int paidPrefill;
  private int paidAgain;
  private int[] tokens = new int[32];
  private float[] logprobs = new float[32];
  private int[] versions = new int[32];
  private int length;

  Running(final Ask ask, final int branch, final Work work, final TokenSink sink) {
    this.ask = ask;
    this.branch = branch;
    this.work = work;
    this.sink = sink;
    this.given = ask.path().length;
  }

  /** Makes the running of a further continuation of the same path; it computed nothing itself. */
  Running sibling(final int newBranch, final Work newWork, final TokenSink newSink) {
    final Running sibling = new Running(ask, newBranch, newWork, newSink);
    sibling.everComputed = everComputed;
    return sibling;
  }

  /** Books what a quote says will be computed. */
  void quoted(final Quotes quotes, final int row) {
    book(quotes.cached(row), quotes.computes(row));
  }

  private void book(final int cached, final int computes) {
    if (cached > everComputed) {
      final int more = cached - everComputed;
      found += more - (tailSampled ? 1 : 0);
      everComputed = cached;
      tailSampled = false;
    }
    paidAgain = Math.clamp((long) everComputed - cached, 0, computes);
    final boolean ownTail = tailSampled && computes > paidAgain;
    paidPrefill = computes - (ownTail ? 1 : 0);
    paidCached = cached;
    paidComputes = computes;
    prefilled += paidPrefill;
    recomputed += paidAgain;
  }

  /** Takes in that what was quoted is computed; the runner may have found more. */
  void computed(final int cached) {
    final int end = paidCached + paidComputes;
    if (cached != Draws.AS_QUOTED && cached > paidCached) {
      prefilled -= paidPrefill;
      recomputed -= paidAgain;
      book(cached, Math.max(0, end - cached));
    }
    if (end > everComputed) {
      everComputed = end;
      tailSampled = false;
    }
  }

  /** Books what a server computed beyond the quote, and what it sampled for nothing. */
  void computedAgain(final int again, final int wasted) {
    prefilled += again;
    recomputed += again;
    discarded += wasted;
  }

  /** Appends a token that was sampled behind computed ones. */
  void append(final int token, final float logprob, final int version) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, length * 2);
      logprobs = Arrays.copyOf(logprobs, length * 2);
      versions = Arrays.copyOf(versions, length * 2);
    }
    tokens[length] = token;
    logprobs[length] = logprob;
    versions[length++] = version;
    tailSampled |= everComputed == work.length();
    work.append(token);
  }

  /** Takes in that the token before this one must have been computed by whoever sampled on. */
  void passed() {
    everComputed = work.length();
  }

  void discard(final int more) {
    discarded += more;
  }

  int sampled() {
    return length;
  }

  /** Counts what counts for nothing if the continuation fails now. */
  long wasted() {
    return prefilled + length + discarded;
  }

  Sampled finish(final Strand strand) {
    return new Sampled(
        Arrays.copyOf(tokens, length),
        Arrays.copyOf(logprobs, length),
        runs(),
        new Spent(prefilled, recomputed, found, Math.max(0, given - prefilled), discarded),
        strand);
  }

  private List<VersionRun> runs() {
    final List<VersionRun> runs = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= length; i++) {
      if (i == length || versions[i] != versions[start]) {
        runs.add(new VersionRun(versions[start], i - start));
        start = i;
      }
    }
    return runs;
  }
}
