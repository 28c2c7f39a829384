package dev.coppice.app.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.rollout.TreeLedger;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds what an experiment came to, all of it derived from the traces of its runs.
 *
 * @param root folder of the experiment.
 * @param json the result as it is written.
 */
public record ExperimentResult(Path root, ObjectNode json) {
  /** The result, in the experiment's folder. */
  public static final String FILE = "experiment.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Derives the result from the runs' folders; the map names them by side. */
  static ExperimentResult derive(
      final Path root,
      final RunConfig config,
      final Map<String, String> folders,
      final ExperimentJob.Decisions decisions) {
    final ForkPlace place =
        ForkPlace.parse(config.experiment().at(), config.experiment().foldTokens());
    final ForkPlace.Found paths = place.findAll(at(root, folders, "trunk"), decisions.turns());
    final TreeMap<Long, SideGroup> control =
        SideGroup.read(at(root, folders, ExperimentSide.CONTROL));
    final ObjectNode json = JSON.createObjectNode();
    json.put("format", "coppice.experiment/1");
    json.put("at", config.experiment().at());
    json.put("coupling", config.experiment().coupling());
    json.put("pairs_per_path", config.experiment().pairs());
    json.put("problems", paths.problems());
    json.put("paths", paths.forks().size());
    final ArrayNode rows = json.putArray("rows");
    for (final ExperimentSide side : ExperimentSide.all(config)) {
      if (!side.name().equals(ExperimentSide.CONTROL)) {
        final TreeMap<Long, SideGroup> treated = SideGroup.read(at(root, folders, side.name()));
        final Placed placed = new Placed(paths, side, decisions.parts());
        rows.add(row(Contrast.of(side.treatment().text(), control, treated, placed)));
      }
    }
    json.put("computed_tokens_in_all", computed(root, folders));
    final ObjectNode names = json.putObject("folders");
    folders.forEach(names::put);
    final ArrayNode turns = json.putArray("decision_turns");
    decisions.turns().values().forEach(turns::add);
    return new ExperimentResult(root, json);
  }

  private static ObjectNode row(final Contrast contrast) {
    final ObjectNode row = JSON.createObjectNode();
    row.put("treatment", contrast.treatment());
    contrast
        .figures()
        .forEach(
            (name, value) -> {
              if (Double.isNaN(value)) {
                row.putNull(name);
              } else {
                row.put(name, value);
              }
            });
    // Nothing is known of money without a price book.
    return row.putNull("money");
  }

  /** Finds the folder of a side. */
  static RunFolder at(final Path root, final Map<String, String> folders, final String side) {
    return new RunFolder(root.resolve(folders.get(side)));
  }

  private static long computed(final Path root, final Map<String, String> folders) {
    long sum = 0;
    for (final String side : folders.keySet()) {
      for (final SideGroup group : SideGroup.read(at(root, folders, side)).values()) {
        sum += group.ledgers().stream().mapToLong(TreeLedger::computedTokens).sum();
      }
    }
    return sum;
  }

  /** Writes the result. */
  byte[] bytes() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("a tree of values can always be written", e);
    }
  }

  /** Says what the trunk had computed of a side's paths. */
  private record Placed(ForkPlace.Found paths, ExperimentSide side, Treatment.Parts parts)
      implements Contrast.Shared {
    @Override
    public boolean isPlaced(final long group) {
      final ForkPath path = paths.forks().get(group);
      return path != null && side.treatment().change().of(path, parts) != null;
    }

    @Override
    public int tokens(final long group, final int[] ids, final boolean isTreated) {
      final boolean isOther = isTreated && side.treatment().keys().containsKey("model.path");
      return isOther ? 0 : ForkPath.common(paths.forks().get(group).ids(), ids);
    }
  }

  /** Returns whether a side's run began where trunk and treatment say. */
  static boolean begins(
      final ForkPath path,
      final ExperimentSide side,
      final Treatment.Parts parts,
      final int[] ids) {
    return path != null && Arrays.equals(ids, side.treatment().change().of(path, parts));
  }
}
