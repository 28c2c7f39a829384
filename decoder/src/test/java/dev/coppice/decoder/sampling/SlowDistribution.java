package dev.coppice.decoder.sampling;

import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The distribution of the next token, written out as its documentation says, with no reuse. */
public final class SlowDistribution {
  private final SamplingSettings settings;
  private final List<Integer> ends;
  private final List<Integer> holes;

  /** Makes a reference. */
  public SlowDistribution(
      final SamplingSettings settings, final List<Integer> ends, final List<Integer> holes) {
    this.settings = settings;
    this.ends = ends;
    this.holes = holes;
  }

  /** Computes the probability of every token after a path whose turn begins at a place. */
  public double[] of(final float[] logits, final int[] path, final int turnStart) {
    final LogitRules rules = settings.rules();
    final double[] changed = new double[logits.length];
    for (int token = 0; token < logits.length; token++) {
      double logit = logits[token];
      final int wanted = token;
      if (ends.contains(token) && path.length - turnStart < rules.minNewTokens()) {
        logit = Double.NEGATIVE_INFINITY;
      }
      if (holes.contains(token)) {
        logit = Double.NEGATIVE_INFINITY;
      }
      logit = (float) (logit + rules.bias().getOrDefault(token, 0.0));
      if (Arrays.stream(path).anyMatch(seen -> seen == wanted)) {
        logit = logit > 0 ? logit / rules.repetition() : logit * rules.repetition();
      }
      final long count =
          Arrays.stream(path, turnStart, path.length).filter(seen -> seen == wanted).count();
      logit -= rules.frequency() * count + (count > 0 ? rules.presence() : 0);
      changed[token] = (float) logit;
    }
    return cut(changed);
  }

  private double[] cut(final double[] logits) {
    final List<Integer> order = new ArrayList<>();
    for (int token = 0; token < logits.length; token++) {
      order.add(token);
    }
    order.sort(
        Comparator.comparingDouble((Integer token) -> -logits[token])
            .thenComparingInt(Integer::intValue));
    final double[] p = new double[logits.length];
    if (settings.temperature() == 0) {
      p[order.getFirst()] = 1;
      return p;
    }
    final double highest = logits[order.getFirst()];
    double mass = 0;
    for (final int token : order) {
      p[token] = Math.exp((logits[token] - highest) / settings.temperature());
      mass += p[token];
    }
    final double[] cut = new double[p.length];
    double kept = 0;
    for (int rank = 0; rank < order.size(); rank++) {
      final int token = order.get(rank);
      final boolean isCut =
          settings.topK() > 0 && rank >= settings.topK()
              || rank > 0 && settings.topP() < 1 && kept >= settings.topP() * mass
              || p[token] < settings.minP();
      if (isCut) {
        break;
      }
      cut[token] = p[token];
      kept += p[token];
    }
    for (int token = 0; token < cut.length; token++) {
      cut[token] /= kept;
    }
    return cut;
  }
}
