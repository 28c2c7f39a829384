package dev.coppice.chat.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.coppice.chat.files.JsonFiles;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.chat.gguf.GgufDocuments;
import dev.coppice.chat.gguf.GgufFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads what a model says of its tokens and conversations, by the file names of a model folder.
 *
 * @thread any; immutable.
 */
public final class ModelDocuments {
  private final Path model;
  private final Map<String, JsonNode> made;

  private ModelDocuments(final Path model, final Map<String, JsonNode> made) {
    this.model = model;
    this.made = made;
  }

  /**
   * Opens the documents of a model.
   *
   * @param model folder, or GGUF file.
   * @return its documents.
   * @throws ModelFileException if a GGUF file cannot be used.
   */
  public static ModelDocuments of(final Path model) {
    return new ModelDocuments(model, GgufFile.is(model) ? GgufDocuments.read(model) : null);
  }

  /**
   * Returns where a document is read from, for messages.
   *
   * @param name of the document.
   * @return its file, or the GGUF file.
   */
  public Path place(final String name) {
    return made == null ? model.resolve(name) : model;
  }

  /**
   * Reads a document.
   *
   * @param name of it.
   * @return its object.
   * @throws ModelFileException if it is missing or no JSON object.
   */
  public JsonNode read(final String name) {
    if (made == null) {
      return JsonFiles.read(model.resolve(name));
    }
    final JsonNode document = made.get(name);
    if (document == null) {
      throw new ModelFileException(model, "a GGUF file holds no " + name);
    }
    return document;
  }

  /**
   * Reads a document that may be absent.
   *
   * @param name of it.
   * @return its object, or an empty one.
   */
  public JsonNode readIfPresent(final String name) {
    return made == null
        ? JsonFiles.readIfPresent(model.resolve(name))
        : made.getOrDefault(name, JsonNodeFactory.instance.objectNode());
  }

  /**
   * Reads a document's bytes.
   *
   * @param name of it.
   * @return its bytes, or null if it is absent.
   * @throws ModelFileException if it cannot be read.
   */
  public byte[] bytes(final String name) {
    if (made != null) {
      final JsonNode document = made.get(name);
      return document == null ? null : document.toString().getBytes(StandardCharsets.UTF_8);
    }
    final Path file = model.resolve(name);
    try {
      return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
    } catch (IOException e) {
      throw new ModelFileException(file, "cannot be read: " + e.getMessage(), e);
    }
  }
}
