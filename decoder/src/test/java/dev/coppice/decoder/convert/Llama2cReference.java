package dev.coppice.decoder.convert;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Computes a llama2.c checkpoint as its file is laid out, in double precision, token by token. */
final class Llama2cReference {
  private final int[] header = new int[7];
  private final ByteBuffer bytes;
  private final int dim;
  private final int headDim;
  private final int kvDim;
  private final double[][][] keys;
  private final double[][][] values;

  Llama2cReference(final byte[] file) {
    bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().get(header);
    dim = header[0];
    headDim = dim / header[3];
    kvDim = header[4] * headDim;
    keys = new double[header[2]][header[6]][];
    values = new double[header[2]][header[6]][];
  }

  double[] logprobs(final int[] tokens) {
    final double[] scores = new double[tokens.length];
    for (int position = 0; position + 1 < tokens.length; position++) {
      final double[] logits = forward(tokens[position], position);
      double sum = 0;
      for (final double logit : logits) {
        sum += Math.exp(logit);
      }
      scores[position + 1] = logits[tokens[position + 1]] - Math.log(sum);
    }
    return scores;
  }

  private double[] forward(final int token, final int position) {
    final int hidden = header[1];
    final int layers = header[2];
    final int vocabulary = Math.abs(header[5]);
    final int norms = vocabulary * dim;
    final int wq = norms + layers * dim;
    final int wk = wq + layers * dim * dim;
    final int wv = wk + layers * kvDim * dim;
    final int wo = wv + layers * kvDim * dim;
    final int ffnNorms = wo + layers * dim * dim;
    final int w1 = ffnNorms + layers * dim;
    final int w2 = w1 + layers * hidden * dim;
    final int w3 = w2 + layers * hidden * dim;
    final int last = w3 + layers * hidden * dim;
    final double[] x = new double[dim];
    for (int i = 0; i < dim; i++) {
      x[i] = weight(token * dim + i);
    }
    for (int layer = 0; layer < layers; layer++) {
      final double[] normed = norm(x, norms + layer * dim);
      final double[] q = multiply(wq + layer * dim * dim, dim, normed);
      keys[layer][position] = multiply(wk + layer * kvDim * dim, kvDim, normed);
      values[layer][position] = multiply(wv + layer * kvDim * dim, kvDim, normed);
      rotate(q, position);
      rotate(keys[layer][position], position);
      add(x, multiply(wo + layer * dim * dim, dim, attend(q, layer, position)));
      final double[] inner = norm(x, ffnNorms + layer * dim);
      final double[] gate = multiply(w1 + layer * hidden * dim, hidden, inner);
      final double[] up = multiply(w3 + layer * hidden * dim, hidden, inner);
      for (int i = 0; i < hidden; i++) {
        gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
      }
      add(x, multiply(w2 + layer * hidden * dim, dim, gate));
    }
    final int classifier = header[5] > 0 ? 0 : last + dim + header[6] * headDim;
    return multiply(classifier, vocabulary, norm(x, last));
  }

  private double weight(final int index) {
    return bytes.getFloat(28 + 4 * index);
  }

  private double[] multiply(final int offset, final int rows, final double[] x) {
    final double[] out = new double[rows];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < x.length; i++) {
        out[row] += weight(offset + row * x.length + i) * x[i];
      }
    }
    return out;
  }

  private double[] norm(final double[] x, final int offset) {
    double squares = 0;
    for (final double v : x) {
      squares += v * v;
    }
    final double factor = 1 / Math.sqrt(squares / dim + 1e-5);
    final double[] out = new double[dim];
    for (int i = 0; i < dim; i++) {
      out[i] = x[i] * factor * weight(offset + i);
    }
    return out;
  }

  private void rotate(final double[] x, final int position) {
    for (int i = 0; i < x.length; i += 2) {
      final double angle = position / Math.pow(10000, i % headDim / (double) headDim);
      final double a = x[i];
      final double b = x[i + 1];
      x[i] = a * Math.cos(angle) - b * Math.sin(angle);
      x[i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
    }
  }

  private double[] attend(final double[] q, final int layer, final int position) {
    final double[] out = new double[dim];
    for (int head = 0; head < header[3]; head++) {
      final int from = head * headDim;
      final int kv = head / (header[3] / header[4]) * headDim;
      double sum = 0;
      for (int p = 0; p <= position; p++) {
        double score = 0;
        for (int d = 0; d < headDim; d++) {
          score += q[from + d] * keys[layer][p][kv + d];
        }
        final double e = Math.exp(score / Math.sqrt(headDim));
        sum += e;
        for (int d = 0; d < headDim; d++) {
          out[from + d] += e * values[layer][p][kv + d];
        }
      }
      for (int d = 0; d < headDim; d++) {
        out[from + d] /= sum;
      }
    }
    return out;
  }

  private static void add(final double[] x, final double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
  }
}
