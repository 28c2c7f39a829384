package dev.coppice.remote.control;

/**
 * Reads figures out of the text that servers publish for Prometheus.
 *
 * @thread any; immutable.
 */
public final class MetricsText {
  private final String text;

  /**
   * Keeps a text.
   *
   * @param text of a metrics page.
   */
  public MetricsText(final String text) {
    this.text = text;
  }

  /**
   * Sums a figure over its labels.
   *
   * @param name of the figure.
   * @param label that its lines must hold, such as {@code source="local_compute"}; empty for any.
   * @return the sum, or -1 where there is no such line.
   */
  public long sum(final String name, final String label) {
    double sum = 0;
    boolean found = false;
    for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      final int after = at + name.length();
      final boolean begins = at == 0 || text.charAt(at - 1) == '\n';
      final boolean ends =
          after < text.length() && (text.charAt(after) == '{' || text.charAt(after) == ' ');
      if (begins && ends) {
        final int end = text.indexOf('\n', at);
        final String line = text.substring(at, end < 0 ? text.length() : end).strip();
        if (line.contains(label)) {
          sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
          found = true;
        }
      }
    }
    return found ? Math.round(sum) : -1;
  }

  /**
   * Finds the value of a label.
   *
   * @param name of the figure whose line has the label.
   * @param label whose value is wanted.
   * @return the value, or empty where there is none.
   */
  public String label(final String name, final String label) {
    final int line = text.indexOf("\n" + name + "{");
    if (line < 0) {
      return "";
    }
    final int end = text.indexOf('\n', line + 1);
    final String labels = text.substring(line, end < 0 ? text.length() : end);
    final String before = label + "=\"";
    final int at = Math.max(labels.indexOf("{" + before), labels.indexOf("," + before));
    if (at < 0) {
      return "";
    }
    final int from = at + 1 + before.length();
    return labels.substring(from, labels.indexOf('"', from));
  }
}
