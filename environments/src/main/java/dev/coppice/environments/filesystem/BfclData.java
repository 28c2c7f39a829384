package dev.coppice.environments.filesystem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads BFCL's multi-turn episodes that need the file system and no other API. */
final class BfclData {
  private static final String FILE = "BFCL_v4_multi_turn_base.json";
  private static final String API = "GorillaFileSystem";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private BfclData() {}

  /** Reads the episodes of a folder with the file and, below possible_answer, its solutions. */
  static List<BfclEpisode> read(final Path folder) {
    final Map<String, List<String>> calls = new LinkedHashMap<>();
    for (final JsonNode row : rows(folder.resolve("possible_answer").resolve(FILE))) {
      final List<String> flat = new ArrayList<>();
      row.path("ground_truth").forEach(turn -> turn.forEach(call -> flat.add(call.textValue())));
      calls.put(row.path("id").asText(), flat);
    }
    final List<BfclEpisode> episodes = new ArrayList<>();
    for (final JsonNode row : rows(folder.resolve(FILE))) {
      final JsonNode classes = row.path("involved_classes");
      if (classes.size() == 1 && classes.get(0).asText().equals(API)) {
        episodes.add(episode(folder, row, calls));
      }
    }
    if (episodes.isEmpty()) {
      throw new IllegalArgumentException(
          "filesystem: no episode needs " + API + " alone in " + folder.resolve(FILE));
    }
    return List.copyOf(episodes);
  }

  private static BfclEpisode episode(
      final Path folder, final JsonNode row, final Map<String, List<String>> calls) {
    final String id = row.path("id").asText();
    final List<String> solution = calls.get(id);
    if (solution == null) {
      throw new IllegalArgumentException(
          "filesystem: the episode has no solution: id=" + id + " folder=" + folder);
    }
    final List<String> requests = new ArrayList<>();
    row.path("question")
        .forEach(turn -> turn.forEach(said -> requests.add(said.path("content").asText())));
    final Map<String, Object> config =
        MAPPER.convertValue(row.path("initial_config").path(API), OBJECT);
    return new BfclEpisode(id, requests, config, solution);
  }

  private static List<JsonNode> rows(final Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "filesystem: there is no file "
              + file
              + "; take bfcl_eval/data of the repository ShishirPatil/gorilla"
              + " and set task.path to that folder");
    }
    final List<JsonNode> rows = new ArrayList<>();
    try {
      for (final String line : Files.readAllLines(file)) {
        rows.add(MAPPER.readTree(line));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "filesystem: " + file + ":" + (rows.size() + 1) + ": not JSON: " + e.getOriginalMessage(),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("filesystem: cannot read " + file, e);
    }
    return rows;
  }
}
