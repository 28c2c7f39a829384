package dev.coppice.bench.decode;

import java.util.List;
import java.util.Locale;

/** Draws the figures of decode-bench as a table. */
final class DecodeTable {
  private static final double MEBIBYTE = 1024 * 1024;

  private DecodeTable() {}

  /**
   * Draws a table.
   *
   * @param results of several cells, which all hold the same figures.
   * @return lines of text, without the last line's end.
   */
  static String text(final List<BenchResult> results) {
    final StringBuilder out = new StringBuilder();
    out.append("layout  dtype  threads  shared  new  batch");
    for (final BenchFigure figure : results.getFirst().figures().keySet()) {
      out.append("  ").append(title(figure));
    }
    out.append("  kv MiB");
    for (final BenchResult result : results) {
      out.append(System.lineSeparator()).append(row(result));
    }
    return out.toString();
  }

  private static String row(final BenchResult result) {
    final var cell = result.cell();
    final String layout = cell.layout().name().toLowerCase(Locale.ROOT);
    final StringBuilder row = new StringBuilder();
    row.append(
        "%-6s  %-5s  %7d  %6d  %3d  %5d"
            .formatted(
                layout,
                result.dtype(),
                result.threads(),
                cell.shared(),
                cell.fresh(),
                cell.batch()));
    result
        .figures()
        .forEach(
            (figure, value) ->
                row.append(
                    String.format(Locale.ROOT, "  %" + title(figure).length() + ".1f", value)));
    return row.append(String.format(Locale.ROOT, "  %6.1f", result.kvBytes() / MEBIBYTE))
        .toString();
  }

  private static String title(final BenchFigure figure) {
    return switch (figure) {
      case PREFILL_TPS -> "prefill t/s";
      case DECODE_TPS -> "decode t/s";
      case UNSHARED_DECODE_TPS -> "unshared t/s";
      case PLAIN_DECODE_TPS -> "plain t/s";
      case CONTENDED_DECODE_TPS -> "contended t/s";
      case JOB_SECONDS -> "job s";
      case UNSHARED_JOB_SECONDS -> "unshared job s";
    };
  }
}
