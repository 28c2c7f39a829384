package dev.coppice.worlds.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes questions and passages of our own in the layout of the published ones. */
final class OwnQuestions {
  private static final String LINE =
      """
      {"id":"q%d","question":"Which river runs through the city of %s?","answer":"the %s","type":"bridge",\
      "supporting_facts":{"title":["%s","%s"],"sent_id":[0,0]},\
      "context":{"title":["%s","%s","Noise %d"],"sentences":[["%s is a city."," It lies on the %s."],\
      ["The %s is a river."],["Nothing to see."]]}}
      """;

  private OwnQuestions() {}

  /** Returns the folder, with the files in it. */
  static Path in(final Path folder) {
    try {
      final Path file = folder.resolve("hotpotqa_distractor_60.jsonl");
      if (!Files.exists(file)) {
        Files.writeString(
            file, line(1, "Bern", "Aare") + line(2, "Ulm", "Danube") + line(3, "Lyon", "Rhone"));
        Files.writeString(
            folder.resolve("2wikimultihopqa_corpus.json"),
            "[{\"title\":\"Aare Gorge\",\"text\":\"A gorge of the Aare.\"}]");
      }
      return folder;
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String line(final int id, final String city, final String river) {
    return LINE.formatted(id, city, river, city, river, city, river, id, city, river, river)
        .replace("\n", "")
        .concat("\n");
  }
}
