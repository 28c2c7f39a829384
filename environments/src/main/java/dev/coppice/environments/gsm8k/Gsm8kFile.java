package dev.coppice.environments.gsm8k;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the data set's files: one JSON object with {@code question} and {@code answer} a line. */
final class Gsm8kFile {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Gsm8kFile() {}

  static List<Gsm8kProblem> read(final Path path, final String split) {
    final Path file = Files.isDirectory(path) ? path.resolve(split + ".jsonl") : path;
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "gsm8k: there is no file "
              + file
              + "; take train.jsonl and test.jsonl from grade_school_math/data of the repository"
              + " openai/grade-school-math and set task.path to their folder");
    }
    final List<Gsm8kProblem> problems = new ArrayList<>();
    try {
      int number = 0;
      for (final String line : Files.readAllLines(file)) {
        number++;
        if (!line.isBlank()) {
          problems.add(problem(file, number, line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("gsm8k: cannot read " + file + ": " + e.getMessage(), e);
    }
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("gsm8k: there is no problem in " + file);
    }
    return List.copyOf(problems);
  }

  private static Gsm8kProblem problem(final Path file, final int number, final String line) {
    try {
      final JsonNode object = MAPPER.readTree(line);
      final JsonNode question = object.path("question");
      final JsonNode answer = object.path("answer");
      if (!question.isTextual() || !answer.isTextual()) {
        throw new IllegalArgumentException("question and answer must be texts");
      }
      final Gsm8kProblem problem = new Gsm8kProblem(question.textValue(), answer.textValue());
      problem.annotations();
      return problem;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "gsm8k: " + file + ":" + number + ": not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "gsm8k: " + file + ":" + number + ": " + e.getMessage(), e);
    }
  }
}
