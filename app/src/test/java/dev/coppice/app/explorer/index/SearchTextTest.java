package dev.coppice.app.explorer.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SearchTextTest {
  @Test
  void shouldFindWhatASlowSearchFinds() {
    final long seed = System.nanoTime();
    final SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 8; round++) {
      final List<String> texts = new ArrayList<>();
      try (SearchText search = new SearchText()) {
        for (int group = random.nextInt(1, 40); group > 0; group--) {
          // Some texts are longer than the window that is read at a time.
          texts.add(text(random, random.nextInt(20) == 0 ? 1_500_000 : random.nextInt(60)));
          search.add(texts.getLast());
        }
        for (int query = 0; query < 6; query++) {
          final String words = text(random, random.nextInt(1, 5));
          final List<Integer> expected = new ArrayList<>();
          for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).toLowerCase(Locale.ROOT).contains(words.toLowerCase(Locale.ROOT))) {
              expected.add(i);
            }
          }
          assertEquals(
              expected,
              search.find(words, texts.size()).stream().map(SearchText.Match::group).toList(),
              "seed=" + seed + " words=" + words);
        }
      }
    }
  }

  private static String text(final SplittableRandom random, final int letters) {
    final StringBuilder text = new StringBuilder();
    for (int i = 0; i < letters; i++) {
      text.append("abAB €".charAt(random.nextInt(6)));
    }
    return text.toString();
  }
}
