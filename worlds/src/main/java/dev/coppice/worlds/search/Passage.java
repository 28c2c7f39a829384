package dev.coppice.worlds.search;

import java.util.Objects;

/**
 * Holds a passage of the corpus.
 *
 * @param title that no other passage of the corpus has.
 * @param text of the passage.
 */
record Passage(String title, String text) {
  Passage {
    Objects.requireNonNull(title, "title is null");
    Objects.requireNonNull(text, "text is null");
  }
}
