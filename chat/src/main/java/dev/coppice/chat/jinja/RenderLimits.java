package dev.coppice.chat.jinja;

/**
 * Bounds what a template may do.
 *
 * @param templateLetters the longest template, in UTF-16 units.
 * @param steps the most statements and expressions run in one rendering.
 * @param outputLetters the longest output, in UTF-16 units.
 * @param depth the deepest nesting of macro calls.
 */
public record RenderLimits(int templateLetters, long steps, int outputLetters, int depth) {
  /** Limits far above what a chat needs. */
  public static final RenderLimits DEFAULT = new RenderLimits(1 << 20, 20_000_000, 1 << 24, 100);

  /** Checks the values. */
  public RenderLimits {
    if (templateLetters < 1 || steps < 1 || outputLetters < 1 || depth < 1) {
      throw new IllegalArgumentException(
          "limits must be positive: templateLetters=%d steps=%d outputLetters=%d depth=%d"
              .formatted(templateLetters, steps, outputLetters, depth));
    }
  }
}
