package dev.coppice.chat.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON objects from files, refusing repeated keys. */
public final class JsonFiles {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private JsonFiles() {}

  /**
   * Reads a file.
   *
   * @param file to read.
   * @return its object.
   * @throws ModelFileException if it is missing or no JSON object.
   */
  public static JsonNode read(final Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelFileException(file, "there is no such file");
    }
    try {
      final JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (root == null || !root.isObject()) {
        throw new ModelFileException(file, "is not a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new ModelFileException(file, "is no JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a file that may be absent.
   *
   * @param file to read.
   * @return its object, or an empty one.
   */
  public static JsonNode readIfPresent(final Path file) {
    return Files.isRegularFile(file) ? read(file) : JSON.createObjectNode();
  }
}
