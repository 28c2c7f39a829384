package dev.coppice.app.folder;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.bridge.disk.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;

/**
 * Holds {@code origin.json}: what a run was begun with, so that it never goes on with anything else.
 *
 * @param settings the resolved configuration, a text per dotted key.
 * @param inputs the SHA-256 of the files that keys name, by key.
 */
public record RunOrigin(Map<String, String> settings, Map<String, String> inputs) {
  private static final String FILE = "origin.json";
  private static final String FORMAT = "coppice.origin/1";
  private static final int SHOWN_DIGITS = 12;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<TreeMap<String, String>> TEXTS = new TypeReference<>() {};

  /** Copies the maps. */
  public RunOrigin {
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
  }

  /**
   * Describes a run.
   *
   * @param toml the resolved configuration.
   * @param inputs the digests of the files it names, by key.
   * @return the origin.
   */
  public static RunOrigin of(final String toml, final Map<String, String> inputs) {
    return new RunOrigin(settings(toml), inputs);
  }

  private static Map<String, String> settings(final String toml) {
    final TomlParseResult result = Toml.parse(toml);
    final Map<String, String> settings = new TreeMap<>();
    for (final List<String> path : result.keyPathSet()) {
      settings.put(String.join(".", path), text(result.get(path)));
    }
    return settings;
  }

  private static String text(final Object value) {
    return value instanceof TomlArray list ? String.valueOf(list.toList()) : String.valueOf(value);
  }

  /**
   * Writes the file.
   *
   * @param folder of the run.
   */
  public void save(final Path folder) {
    final ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    root.set("inputs", JSON.valueToTree(inputs));
    root.set("settings", JSON.valueToTree(settings));
    final byte[] bytes = root.toPrettyString().getBytes(StandardCharsets.UTF_8);
    DurableFile.write(folder.resolve(FILE), bytes);
  }

  /**
   * Reads the file.
   *
   * @param folder of the run.
   * @return what the run was begun with, or null where an earlier build began it.
   * @throws RunFolderException if the file is damaged.
   */
  public static RunOrigin load(final Path folder) {
    final Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      final JsonNode root = JSON.readTree(file.toFile());
      if (!root.path("format").asText("").equals(FORMAT)) {
        throw new RunFolderException(file + " is not of format " + FORMAT);
      }
      return new RunOrigin(
          JSON.convertValue(root.path("settings"), TEXTS),
          JSON.convertValue(root.path("inputs"), TEXTS));
    } catch (final IOException | IllegalArgumentException e) {
      throw new RunFolderException(file + " is damaged: " + e.getMessage());
    }
  }

  /**
   * Says what is otherwise now.
   *
   * @param now the same run as its configuration and its files are now; a file that is gone, or was
   *     not digested, is not compared.
   * @return a line for each key.
   */
  public List<String> changes(final RunOrigin now) {
    final List<String> changes = new ArrayList<>();
    final TreeSet<String> keys = new TreeSet<>(settings.keySet());
    keys.addAll(now.settings.keySet());
    for (final String key : keys) {
      final String was = settings.getOrDefault(key, "unset");
      final String is = now.settings.getOrDefault(key, "unset");
      if (!was.equals(is)) {
        changes.add(key + " was " + was + " and is " + is);
      }
    }
    for (final Map.Entry<String, String> input : inputs.entrySet()) {
      final String is = now.inputs.get(input.getKey());
      if (is != null && !is.equals(input.getValue())) {
        changes.add(
            "what "
                + input.getKey()
                + " names has other bytes: sha256 was "
                + input.getValue().substring(0, SHOWN_DIGITS)
                + "... and is "
                + is.substring(0, SHOWN_DIGITS)
                + "...");
      }
    }
    return changes;
  }
}
