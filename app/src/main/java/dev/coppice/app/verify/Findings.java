package dev.coppice.app.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what differs, up to a limit.
 *
 * @thread one at a time.
 */
final class Findings {
  private static final int MOST = 100;

  private final List<String> texts = new ArrayList<>();
  private long count;

  void add(final String text) {
    count++;
    if (texts.size() < MOST) {
      texts.add(text);
    }
  }

  /** Notes a difference of two whole numbers. */
  void same(final String what, final long stored, final long derived) {
    if (stored != derived) {
      add(what + ": stored " + stored + ", derived " + derived);
    }
  }

  /** Notes a difference of two numbers beyond a share of the larger. */
  void near(final String what, final double stored, final double derived, final double share) {
    final double larger = Math.max(Math.abs(stored), Math.abs(derived));
    final boolean bothMissing = Double.isNaN(stored) && Double.isNaN(derived);
    if (!bothMissing && !(Math.abs(stored - derived) <= share * larger)) {
      add(what + ": stored " + stored + ", derived " + derived);
    }
  }

  List<String> texts() {
    final List<String> all = new ArrayList<>(texts);
    if (count > texts.size()) {
      all.add("... and " + (count - texts.size()) + " more");
    }
    return all;
  }
}
