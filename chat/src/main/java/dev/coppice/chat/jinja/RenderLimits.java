package dev.coppice.chat.jinja;

/**
 * Bounds what a template may do.
 *
 * @param templateChars the longest template, in UTF-16 units.
 * @param steps the most statements and expressions run in one rendering.
 * @param outputChars the longest output, in UTF-16 units.
 * @param depth the deepest nesting of macro calls.
 */
public record RenderLimits(int templateChars, long steps, int outputChars, int depth) {
  /** Limits far above what a chat needs. */
  public static final RenderLimits DEFAULT = new RenderLimits(1 << 20, 20_000_000, 1 << 24, 100);

  /** Checks the values. */
  public RenderLimits {
    if (templateChars < 1 || steps < 1 || outputChars < 1 || depth < 1) {
      throw new IllegalArgumentException(
          "limits must be positive: templateChars=%d steps=%d outputChars=%d depth=%d"
              .formatted(templateChars, steps, outputChars, depth));
    }
  }
}
