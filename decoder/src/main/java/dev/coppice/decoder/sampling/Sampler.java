package dev.coppice.decoder.sampling;

import dev.coppice.draw.Copies;
import dev.coppice.draw.DrawKey;
import dev.coppice.draw.DrawRule;
import dev.coppice.model.Draws;
import dev.coppice.model.Work;
import dev.coppice.trajectory.SamplingSettings;
import java.util.Arrays;
import java.util.List;

/**
 * Draws tokens from logits and keeps the log-probability of the distribution really drawn from.
 *
 * <p>Logits are changed by the settings' rules first. The distribution is {@code p_i = exp((l_i - max
 * l) / temperature) / sum}, cut to top-k, then top-p, then min-p, and normalised again. Its entropy is
 * what branching policies see. Among equal logits the lower id counts as the larger. Rows
 * beyond the vocabulary, with which models fill their heads up, and holes in it have no part in it: no
 * token stands for them. A draw is the first token, in order of id, whose cumulative probability
 * exceeds a uniform number
 * of its own, {@link Copies#uniform}: it does not depend on the batch.
 *
 * @shape one row of V logits at a time.
 * @unit entropies and log-probabilities in nats.
 * @thread one at a time.
 * @cost O(V) per row and O(V) per draw; O(V log V) with cuts.
 */
public final class Sampler implements RowDrawer {
  private final SamplingSettings settings;
  private final int vocabularySize;
  private final LogitEditor editor;
  private PathView path = PathView.EMPTY;
  private double[] probability = new double[0];
  private long[] order = new long[0];
  private int size;
  private double total;
  private int argmax;

  /**
   * Fixes the distribution.
   *
   * @param settings of the cuts and the temperature.
   */
  public Sampler(final SamplingSettings settings) {
    this(settings, 0);
  }

  /**
   * Fixes the distribution over the tokens there are.
   *
   * @param settings of the cuts and the temperature.
   * @param vocabularySize of the tokenizer, beyond which nothing is drawn; 0 where every logit has a
   *     token.
   */
  public Sampler(final SamplingSettings settings, final int vocabularySize) {
    this(settings, vocabularySize, List.of());
  }

  /**
   * Fixes the distribution over the tokens there are.
   *
   * @param settings of the cuts and the temperature.
   * @param vocabularySize of the tokenizer, beyond which nothing is drawn; 0 where every logit has a
   *     token.
   * @param holes ids below it that stand for no token.
   */
  public Sampler(
      final SamplingSettings settings, final int vocabularySize, final List<Integer> holes) {
    if (vocabularySize < 0) {
      throw new IllegalArgumentException(
          "vocabularySize must not be negative: vocabularySize=" + vocabularySize);
    }
    for (final int token : settings.rules().bias().keySet()) {
      if (vocabularySize > 0 && token >= vocabularySize) {
        throw new IllegalArgumentException(
            "logit_bias names no token: token=" + token + " vocabulary=" + vocabularySize);
      }
    }
    this.settings = settings;
    this.vocabularySize = vocabularySize == 0 ? Integer.MAX_VALUE : vocabularySize;
    this.editor = new LogitEditor(settings.rules(), holes);
  }

  /**
   * Reads a row of logits that no rule changes by its path.
   *
   * @param logits holding the row.
   * @param offset of its first logit.
   * @param row its length, V.
   * @return the entropy of the sampling distribution, or NaN if a logit is not finite.
   */
  public double load(final float[] logits, final int offset, final int row) {
    return load(logits, offset, row, PathView.EMPTY);
  }

  /**
   * Reads a row of logits.
   *
   * @param logits holding the row.
   * @param offset of its first logit.
   * @param row its length, V.
   * @param before the token to be drawn.
   * @return the entropy of the sampling distribution, or NaN if a logit is not finite.
   */
  public double load(final float[] logits, final int offset, final int row, final PathView before) {
    path = before;
    final int length = drawable(row);
    if (probability.length < length) {
      probability = new double[length];
      order = new long[length];
    }
    size = length;
    boolean finite = true;
    for (int i = 0; i < length; i++) {
      finite &= Float.isFinite(logits[offset + i]);
    }
    if (!finite) {
      size = 0;
      return Double.NaN;
    }
    return editor.edits()
        ? weigh(editor.edit(logits, offset, length, before), 0)
        : weigh(logits, offset);
  }

  private double weigh(final float[] logits, final int offset) {
    argmax = 0;
    for (int i = 0; i < size; i++) {
      if (logits[offset + i] > logits[offset + argmax]) {
        argmax = i;
      }
    }
    final double highest = logits[offset + argmax];
    if (highest == Double.NEGATIVE_INFINITY) {
      size = 0;
      return Double.NaN;
    }
    if (settings.temperature() == 0) {
      Arrays.fill(probability, 0, size, 0.0);
      probability[argmax] = 1.0;
      total = 1.0;
      return 0.0;
    }
    for (int i = 0; i < size; i++) {
      probability[i] = Math.exp((logits[offset + i] - highest) / settings.temperature());
    }
    if (!settings.isUncut()) {
      cut();
    }
    return entropy();
  }

  private double entropy() {
    double mass = 0;
    double weighted = 0;
    for (int i = 0; i < size; i++) {
      final double p = probability[i];
      if (p > 0) {
        mass += p;
        weighted += p * Math.log(p);
      }
    }
    total = mass;
    return Math.max(0.0, Math.log(mass) - weighted / mass);
  }

  /** Sorts ids by falling probability: positive doubles order like their bits. */
  private void cut() {
    double mass = 0;
    for (int i = 0; i < size; i++) {
      mass += probability[i];
      final long bits = Float.floatToRawIntBits((float) probability[i]);
      order[i] = (bits << 32) | (Integer.MAX_VALUE - i);
    }
    Arrays.sort(order, 0, size);
    final int mostKept = settings.topK() == 0 ? size : Math.min(settings.topK(), size);
    final double least = settings.minP() * probability[argmax];
    double kept = 0;
    int rank = 0;
    for (; rank < mostKept; rank++) {
      final int token = tokenAt(rank);
      if (rank > 0 && (kept >= settings.topP() * mass || probability[token] < least)) {
        break;
      }
      kept += probability[token];
    }
    for (int cut = rank; cut < size; cut++) {
      probability[tokenAt(cut)] = 0;
    }
  }

  private int tokenAt(final int rank) {
    return Integer.MAX_VALUE - (int) order[size - 1 - rank];
  }

  /**
   * Says how much of a row stands for tokens.
   *
   * @param row its length, V.
   * @return the logits from the first on that have a token, holes among them.
   */
  public int drawable(final int row) {
    return Math.min(row, vocabularySize);
  }

  /**
   * Draws one token of the loaded row for a path of one sample.
   *
   * @param key of the sample.
   * @param position of the token in its sequence.
   * @return the token.
   */
  public int draw(final long key, final int position) {
    return draw(DrawKey.uniform(key, position));
  }

  /**
   * Draws one token of the loaded row.
   *
   * @param uniform number that decides, in [0, 1).
   * @return the token.
   */
  public int draw(final double uniform) {
    final double target = uniform * total;
    double sum = 0;
    int last = argmax;
    for (int i = 0; i < size; i++) {
      if (probability[i] > 0) {
        sum += probability[i];
        last = i;
        if (sum > target) {
          return i;
        }
      }
    }
    return last;
  }

  /**
   * Returns the log-probability of a token of the loaded row.
   *
   * @param token to look up, in the vocabulary.
   * @return its natural log-probability; negative infinity if it was cut.
   */
  public float logprob(final int token) {
    return (float) Math.log(probability[token] / total);
  }

  /**
   * Lists what of the vocabulary could be drawn from the loaded row.
   *
   * @return the ids kept; or, where that is shorter, for each token that was cut or masked {@code -1 -
   *     id}; nothing where nothing was. Holes of the vocabulary are never listed as cut.
   */
  public int[] kept() {
    if (settings.isUncut() && settings.temperature() > 0) {
      return editor.masksEnds(path) ? maskedEnds() : new int[0];
    }
    int kept = 0;
    for (int i = 0; i < size; i++) {
      kept += probability[i] > 0 ? 1 : 0;
    }
    final boolean listsKept = kept <= size / 2 + 1;
    final int[] ids = new int[listsKept ? kept : size - kept];
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (probability[i] > 0 == listsKept && (listsKept || !editor.isHole(i))) {
        ids[count++] = listsKept ? i : ~i;
      }
    }
    return count == ids.length ? ids : Arrays.copyOf(ids, count);
  }

  private int[] maskedEnds() {
    return path.endTokens().stream()
        .mapToInt(Integer::intValue)
        .filter(end -> end >= 0 && end < size)
        .sorted()
        .map(end -> ~end)
        .toArray();
  }

  @Override
  public boolean drawRow(
      final Draws draws,
      final float[] logits,
      final int offset,
      final int length,
      final Work work) {
    final double entropy = load(logits, offset, length, viewOf(work));
    draws.entropy(entropy);
    if (size == 0) {
      return false;
    }
    final int children = entropy >= work.entropyFloor() ? work.mostDraws() : work.draws();
    final int count = work.copies().count() * children;
    final int[] kept = work.keepsIds() ? kept() : null;
    for (int draw = 0; draw < count; draw++) {
      final int token = draw(work, draw, children);
      draws.addDraw(token, logprob(token));
      if (kept != null) {
        draws.kept(kept);
      }
    }
    return true;
  }

  private int draw(final Work work, final int draw, final int children) {
    final int position = work.drawPosition();
    return work.drawRule().isGumbel()
        ? drawCoupled(DrawRule.place(work.copies().key(draw, children, position), position))
        : draw(work.copies().uniform(draw, children, position));
  }

  /**
   * Draws the token whose log-probability and Gumbel number have the largest sum; of equal sums the
   * lower id.
   */
  private int drawCoupled(final long key) {
    int best = argmax;
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      if (probability[i] > 0) {
        final double sum = Math.log(probability[i]) + DrawRule.gumbel(key, i);
        if (sum > most) {
          most = sum;
          best = i;
        }
      }
    }
    return best;
  }

  private PathView viewOf(final Work work) {
    return editor.edits() ? PathView.of(work) : PathView.EMPTY;
  }
}
