package dev.coppice.app.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/**
 * Holds the keys of a run's configuration that say how its figures are meant.
 *
 * @param values by key; a key that the run's version did not know is missing.
 */
public record RunSettings(Map<String, String> values) {
  /** Settings of a run that says nothing. */
  public static final RunSettings NONE = new RunSettings(Map.of());

  private static final String COALESCE = "tree.coalesce";
  private static final String DIVISION = "tree.division";
  private static final String NOISE = "world.noise";
  private static final List<String> KEYS = List.of(COALESCE, DIVISION, NOISE);

  /** Copies the map. */
  public RunSettings {
    values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /**
   * Reads the settings of a run.
   *
   * @param config the resolved configuration; one that is missing or no TOML says nothing.
   * @return what it says.
   */
  public static RunSettings read(final Path config) {
    if (!Files.isRegularFile(config)) {
      return NONE;
    }
    final Map<String, String> values = new TreeMap<>();
    try {
      final TomlParseResult toml = Toml.parse(config);
      for (final String key : KEYS) {
        final Object value = toml.get(key);
        if (value != null) {
          values.put(key, value.toString());
        }
      }
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot read " + config, e);
    }
    return new RunSettings(values);
  }

  /**
   * Says what the settings mean for the figures.
   *
   * @return lines for a person, one for each thing that matters.
   */
  public List<String> remarks() {
    final List<String> remarks = new ArrayList<>();
    final String coalesce = values.get(COALESCE);
    final boolean coalesced = "true".equals(coalesce) || "trees".equals(coalesce);
    if (coalesced && "common".equals(values.get(NOISE))) {
      remarks.add(
          "world.noise = common: draws that share a call share its noise, so effective samples are"
              + " right where tools give equal answers to equal calls");
    }
    return remarks;
  }
}
