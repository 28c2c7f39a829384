package dev.coppice.worlds.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads questions with their passages, and further passages that are in the way.
 *
 * @param questions in the order of the file.
 * @param passages those of the questions first.
 */
record HotpotFiles(List<HotpotQuestion> questions, List<Passage> passages) {
  private static final String QUESTIONS = "hotpotqa_distractor_60.jsonl";
  private static final String BALLAST = "2wikimultihopqa_corpus.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  HotpotFiles {
    questions = List.copyOf(questions);
    passages = List.copyOf(passages);
  }

  /**
   * Reads a folder.
   *
   * @param folder with the questions and, at will, the further passages.
   * @return the questions and all passages.
   * @throws IllegalArgumentException if a file is missing or broken.
   */
  static HotpotFiles read(final Path folder) {
    final Path file = folder.resolve(QUESTIONS);
    final Path ballast = folder.resolve(BALLAST);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "search needs " + QUESTIONS + " in task.path: path=" + folder);
    }
    final List<HotpotQuestion> questions = new ArrayList<>();
    final Set<Passage> passages = new LinkedHashSet<>();
    int line = 0;
    try {
      for (final String text : Files.readAllLines(file)) {
        line++;
        final JsonNode row = JSON.readTree(text);
        questions.add(question(row));
        passages.addAll(passages(row.path("context")));
      }
      if (Files.isRegularFile(ballast)) {
        line = 0;
        for (final JsonNode passage : JSON.readTree(ballast.toFile())) {
          passages.add(new Passage(text(passage, "title"), text(passage, "text")));
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "search: not JSON: folder=" + folder + " line=" + line + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalArgumentException("search: cannot read: folder=" + folder + ": " + e);
    }
    if (questions.isEmpty()) {
      throw new IllegalArgumentException("search: there is no question: file=" + file);
    }
    return new HotpotFiles(questions, List.copyOf(passages));
  }

  private static HotpotQuestion question(final JsonNode row) {
    final Set<String> supporting = new LinkedHashSet<>();
    row.path("supporting_facts").path("title").forEach(title -> supporting.add(title.asText()));
    return new HotpotQuestion(
        text(row, "id"), text(row, "question"), text(row, "answer"), List.copyOf(supporting));
  }

  private static List<Passage> passages(final JsonNode context) {
    final List<Passage> passages = new ArrayList<>();
    final JsonNode sentences = context.path("sentences");
    int index = 0;
    for (final JsonNode title : context.path("title")) {
      final StringBuilder text = new StringBuilder();
      sentences.path(index++).forEach(sentence -> text.append(sentence.asText()));
      passages.add(new Passage(title.asText(), text.toString().strip()));
    }
    return passages;
  }

  private static String text(final JsonNode node, final String field) {
    final JsonNode value = node.path(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("search: there is no text in " + field + ": " + node);
    }
    return value.asText();
  }
}
