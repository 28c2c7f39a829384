package dev.coppice.remote.stub;

import dev.coppice.fixture.LetterPolicy;
import dev.coppice.model.PathPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Draws letters, and knows the log-probability of each: of the model, tempered, and cut. */
final class StubModel {
  private final int vocabulary;
  private volatile PathPolicy policy = new LetterPolicy(3.0);

  StubModel(final int vocabulary) {
    this.vocabulary = vocabulary;
  }

  void use(final PathPolicy other) {
    policy = other;
  }

  /** What a request asks its distribution to be. */
  record Settings(double temperature, double topP, int topK) {}

  /** One position: log-probabilities by kind, and what was drawn. */
  record Position(double[] raw, double[] tempered, double[] drawn, int token) {
    /** The ids of the likeliest tokens by the given numbers. */
    List<Integer> top(final double[] by, final int count) {
      final List<Integer> ids = new ArrayList<>();
      for (int i = 0; i < by.length; i++) {
        ids.add(i);
      }
      ids.sort(Comparator.comparingDouble(id -> -by[id]));
      return ids.subList(0, count < 0 ? ids.size() : Math.min(count, ids.size()));
    }
  }

  Position next(final int[] path, final int length, final Settings settings, final Random random) {
    final float[] scores = new float[vocabulary];
    policy.scores(path, length, scores, 0);
    final double[] raw = softmax(scores, 1);
    if (settings.temperature() == 0) {
      int best = 0;
      for (int i = 1; i < vocabulary; i++) {
        best = raw[i] > raw[best] ? i : best;
      }
      return new Position(raw, raw, raw, best);
    }
    final double[] tempered = softmax(scores, settings.temperature());
    final double[] drawn = cut(tempered, settings);
    double at = random.nextDouble();
    int token = -1;
    for (int i = 0; i < vocabulary && at >= 0; i++) {
      if (drawn[i] > -9000) {
        at -= Math.exp(drawn[i]);
        token = i;
      }
    }
    return new Position(raw, tempered, drawn, token);
  }

  private static double[] softmax(final float[] scores, final double temperature) {
    double most = Double.NEGATIVE_INFINITY;
    for (final float score : scores) {
      most = Math.max(most, score / temperature);
    }
    double sum = 0;
    for (final float score : scores) {
      sum += Math.exp(score / temperature - most);
    }
    final double[] logprobs = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      logprobs[i] = scores[i] / temperature - most - Math.log(sum);
    }
    return logprobs;
  }

  /** Cuts to the likeliest tokens, then to the mass that is asked of what they leave. */
  private static double[] cut(final double[] logprobs, final Settings settings) {
    final List<Integer> order = new Position(logprobs, null, null, 0).top(logprobs, -1);
    final int most = settings.topK() <= 0 ? order.size() : Math.min(settings.topK(), order.size());
    double mass = 0;
    for (int rank = 0; rank < most; rank++) {
      mass += Math.exp(logprobs[order.get(rank)]);
    }
    double kept = 0;
    int rank = 0;
    for (; rank < most; rank++) {
      if (rank > 0 && kept >= settings.topP() * mass) {
        break;
      }
      kept += Math.exp(logprobs[order.get(rank)]);
    }
    final double[] cut = new double[logprobs.length];
    Arrays.fill(cut, -9999.0);
    for (int i = 0; i < rank; i++) {
      cut[order.get(i)] = logprobs[order.get(i)] - Math.log(kept);
    }
    return cut;
  }
}
