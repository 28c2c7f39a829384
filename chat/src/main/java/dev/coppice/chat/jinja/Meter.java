package dev.coppice.chat.jinja;

import dev.coppice.chat.value.TemplateException;

/**
 * Counts what a rendering does and stops it at a limit.
 *
 * @thread one at a time.
 */
final class Meter {
  private final RenderLimits limits;
  private long steps;
  private int depth;

  Meter(final RenderLimits limits) {
    this.limits = limits;
  }

  void step() {
    if (++steps > limits.steps()) {
      throw new TemplateException("the template runs too long: steps=" + limits.steps());
    }
  }

  void output(final StringBuilder out) {
    if (out.length() > limits.outputChars()) {
      throw new TemplateException(
          "the template writes too much: outputChars=" + limits.outputChars());
    }
  }

  void enter() {
    if (++depth > limits.depth()) {
      throw new TemplateException("macros call each other too deeply: depth=" + limits.depth());
    }
  }

  void leave() {
    depth--;
  }
}
