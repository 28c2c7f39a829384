package dev.coppice.app.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.run.RunResources;
import dev.coppice.app.verify.RunVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Derives the result of an experiment again: every run by itself, where each side began, and the
 * figures.
 *
 * @thread one.
 */
public final class ExperimentCheck {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final List<String> differences = new ArrayList<>();
  private final List<String> unchecked = new ArrayList<>();
  private long groups;
  private long trees;
  private long torn;

  /**
   * Makes a check.
   *
   * @param root folder of the experiment.
   */
  public ExperimentCheck(final Path root) {
    this.root = root;
  }

  /**
   * Says whether a folder is that of an experiment.
   *
   * @param folder to look at.
   * @return true where it has an experiment's configuration.
   */
  public static boolean isExperiment(final Path folder) {
    return Files.isRegularFile(folder.resolve(ExperimentJob.CONFIG));
  }

  /**
   * Checks the folder.
   *
   * @return what was found.
   * @throws RunFolderException if there is no result to check.
   */
  public RunVerifier.Verdict verify() {
    final JsonNode stored = stored();
    final RunConfig config = new ConfigLoader().file(root.resolve(ExperimentJob.CONFIG)).load();
    final Map<String, String> folders = new LinkedHashMap<>();
    final JsonNode names = stored.path("folders");
    names.fieldNames().forEachRemaining(name -> folders.put(name, names.get(name).asText()));
    final TreeMap<Long, Integer> turns = new TreeMap<>();
    stored.path("decision_turns").forEach(turn -> turns.put((long) turns.size(), turn.asInt()));
    checkRuns(folders);
    unchecked.add("decision_turns: they are the tasks' own, from before the first draw");
    try (RunResources resources = RunResources.openWithoutModel(config.reading())) {
      final Treatment.Parts parts =
          new Treatment.Parts(resources.tokenizer(), resources.environment());
      checkStarts(config, folders, new ExperimentJob.Decisions(turns, parts));
      final JsonNode derived =
          JSON.readTree(
              ExperimentResult.derive(
                      root, config, folders, new ExperimentJob.Decisions(turns, parts))
                  .bytes());
      compare("experiment.json", stored, derived);
    } catch (final IOException e) {
      throw new IllegalStateException("what was just written can be read", e);
    }
    return new RunVerifier.Verdict(groups, trees, torn, differences, unchecked);
  }

  private JsonNode stored() {
    try {
      return JSON.readTree(Files.readAllBytes(root.resolve(ExperimentResult.FILE)));
    } catch (final IOException e) {
      throw new RunFolderException(
          "the experiment did not come to its end, or its result is damaged: " + root + ": " + e);
    }
  }

  private void checkRuns(final Map<String, String> folders) {
    for (final Map.Entry<String, String> entry : folders.entrySet()) {
      final Path run = root.resolve(entry.getValue()).normalize();
      if (!root.normalize().equals(run.getParent())) {
        throw new RunFolderException("a run lies outside the experiment's folder: " + run);
      }
      final RunVerifier.Verdict verdict = new RunVerifier(new RunFolder(run)).verify();
      groups += verdict.groups();
      trees += verdict.trees();
      torn += verdict.tornBytes();
      verdict.differences().forEach(what -> differences.add(entry.getKey() + ": " + what));
      verdict.unchecked().forEach(what -> unchecked.add(entry.getKey() + ": " + what));
    }
  }

  private void checkStarts(
      final RunConfig config,
      final Map<String, String> folders,
      final ExperimentJob.Decisions decisions) {
    final ForkPlace place =
        ForkPlace.parse(config.experiment().at(), config.experiment().foldTokens());
    final ForkPlace.Found paths =
        place.findAll(ExperimentResult.at(root, folders, "trunk"), decisions.turns());
    for (final ExperimentSide side : ExperimentSide.all(config)) {
      SideGroup.read(ExperimentResult.at(root, folders, side.name()))
          .forEach(
              (number, group) -> {
                final ForkPath path = paths.forks().get(number);
                if (group.ids().length > 0
                    && !ExperimentResult.begins(path, side, decisions.parts(), group.ids())) {
                  differences.add(
                      side.name() + " group " + number + ": it does not begin where its path says");
                }
              });
    }
  }

  private void compare(final String place, final JsonNode stored, final JsonNode derived) {
    if (derived.isObject() && stored.isObject()) {
      derived
          .fieldNames()
          .forEachRemaining(
              name -> compare(place + " " + name, stored.path(name), derived.path(name)));
      stored
          .fieldNames()
          .forEachRemaining(
              name -> {
                if (!derived.has(name)) {
                  differences.add(place + " " + name + ": nothing like it is derived");
                }
              });
    } else if (derived.isArray() && stored.isArray() && derived.size() == stored.size()) {
      for (int i = 0; i < derived.size(); i++) {
        compare(place + " " + i, stored.get(i), derived.get(i));
      }
    } else if (!stored.equals(derived)) {
      differences.add(place + ": stored " + stored + ", derived " + derived);
    }
  }
}
