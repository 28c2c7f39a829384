package dev.coppice.bench.decode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Holds what was measured.
 *
 * @param cell that was measured.
 * @param dtype of the computation.
 * @param threads of the computation.
 * @param figures medians of the repeats.
 * @param kvBytes of the blocks the cell holds at its end.
 */
public record BenchResult(
    BenchCell cell, String dtype, int threads, Map<BenchFigure, Double> figures, long kvBytes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the figures. */
  public BenchResult {
    figures = new EnumMap<>(figures);
  }

  /**
   * Writes results as docs/FORMATS.md says.
   *
   * @param results of several cells.
   * @return one line of JSON, an array.
   */
  public static String json(final List<BenchResult> results) {
    final ArrayNode array = JSON.createArrayNode();
    for (final BenchResult result : results) {
      final BenchCell cell = result.cell;
      final ObjectNode node = array.addObject();
      node.put("shared", cell.shared()).put("batch", cell.batch()).put("new", cell.fresh());
      node.put("dtype", result.dtype).put("threads", result.threads);
      node.put("layout", cell.layout().name().toLowerCase(Locale.ROOT));
      result.figures.forEach((figure, value) -> node.put(figure.key(), rounded(value)));
      node.put("kv_bytes", result.kvBytes);
    }
    return array.toString();
  }

  private static double rounded(final double value) {
    return Math.round(value * 1e6) / 1e6;
  }
}
