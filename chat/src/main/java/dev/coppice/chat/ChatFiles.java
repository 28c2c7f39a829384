package dev.coppice.chat;

import dev.coppice.chat.documents.ModelDocuments;
import dev.coppice.chat.value.TemplateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the chat templates and special tokens of a model folder or GGUF file.
 *
 * <p>As transformers does: template files stand in place of all templates of {@code
 * tokenizer_config.json}; {@code special_tokens_map.json} goes before it, but counts only where the
 * configuration does not list its added tokens. {@code chat_template.json}, which processors have,
 * is read where there is nothing else.
 *
 * @source transformers, tokenization_utils_base.py
 */
final class ChatFiles {
  private final Path folder;
  private final ModelDocuments documents;
  private final Map<?, ?> config;

  ChatFiles(final Path folder) {
    this.folder = folder;
    documents = ModelDocuments.of(folder);
    config = object("tokenizer_config.json");
  }

  /** Returns the templates by name, "default" first; empty if the folder has none. */
  Map<String, String> templates() {
    final Map<String, String> templates = files();
    if (templates.isEmpty()) {
      templates.putAll(inside());
    }
    if (templates.isEmpty()
        && object("chat_template.json").get("chat_template") instanceof String source) {
      templates.put("default", source);
    }
    return templates;
  }

  private Map<String, String> inside() {
    final Map<String, String> templates = new LinkedHashMap<>();
    final Object inside = config.get("chat_template");
    if (inside instanceof String source) {
      templates.put("default", source);
    } else if (inside instanceof List<?> several) {
      for (final Object one : several) {
        if (one instanceof Map<?, ?> entry
            && entry.get("name") instanceof String name
            && entry.get("template") instanceof String source) {
          templates.put(name, source);
        }
      }
    }
    return templates;
  }

  private Map<String, String> files() {
    final Map<String, String> templates = new LinkedHashMap<>();
    final Path single = folder.resolve("chat_template.jinja");
    if (Files.isRegularFile(single)) {
      templates.put("default", read(single));
    }
    more(templates);
    return templates;
  }

  private void more(final Map<String, String> templates) {
    final Path others = folder.resolve("additional_chat_templates");
    if (!Files.isDirectory(others)) {
      return;
    }
    try (var files = Files.list(others)) {
      for (final Path file : files.sorted().toList()) {
        final String name = file.getFileName().toString();
        if (name.endsWith(".jinja")) {
          templates.put(name.substring(0, name.length() - 6), read(file));
        }
      }
    } catch (final IOException e) {
      throw new TemplateException(others + " cannot be read: " + e.getMessage());
    }
  }

  /** Returns the special tokens a template sees, such as {@code bos_token}. */
  Map<String, Object> specialTokens() {
    final Map<String, Object> tokens = new LinkedHashMap<>();
    final Map<?, ?> map =
        config.containsKey("added_tokens_decoder") ? Map.of() : object("special_tokens_map.json");
    for (final Map<?, ?> source : List.of(config, map)) {
      source.forEach(
          (key, value) -> {
            final String name = String.valueOf(key);
            if (name.endsWith("_token")) {
              final Object text = value instanceof Map<?, ?> added ? added.get("content") : value;
              if (text instanceof String) {
                tokens.put(name, text);
              }
            }
          });
    }
    return tokens;
  }

  private Map<?, ?> object(final String name) {
    final Path file = documents.place(name);
    final byte[] bytes = documents.bytes(name);
    if (bytes == null) {
      return Map.of();
    }
    try {
      final String text = new String(bytes, StandardCharsets.UTF_8);
      if (ChatValues.json(text) instanceof Map<?, ?> map) {
        return map;
      }
    } catch (final TemplateException e) {
      throw new TemplateException(file + ": " + e.getMessage());
    }
    throw new TemplateException(file + ": is not a JSON object");
  }

  static String read(final Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (final IOException e) {
      throw new TemplateException(file + " cannot be read: " + e.getMessage());
    }
  }
}
