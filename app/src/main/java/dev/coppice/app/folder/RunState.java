package dev.coppice.app.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.model.ModelRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds {@code ledger.json}: how far a run is, what its engine counted, which laws held.
 *
 * <p>The file is replaced as a whole, so a reader sees one state or the next. A folder of another
 * format version is refused.
 *
 * @param run the name of the run.
 * @param model that sampled.
 * @param traits of its runner, for a replay without it; null in ledgers of earlier builds.
 * @param arms in order.
 */
public record RunState(String run, String model, ModelRunner.Traits traits, List<ArmState> arms) {
  /** The version of the folder's layout. */
  public static final String FORMAT = "coppice.run/1";

  /** The version of the ledger that {@code serve} writes. */
  public static final String SERVED = "coppice.serve/1";

  private static final String SERVES =
      "; its groups went to a trainer, and no figures derive from what is kept: traces.jsonl has the"
          + " trees of sealed groups up to bridge.keep-mib (python: coppice_rl.read_traces), and"
          + " ./coppice serve --resume goes on";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the list. */
  public RunState {
    arms = List.copyOf(arms);
  }

  /**
   * Finds the state of an arm.
   *
   * @param name of the arm.
   * @return the state, or null if the run has no such arm.
   */
  public ArmState arm(final String name) {
    for (final ArmState arm : arms) {
      if (arm.arm().equals(name)) {
        return arm;
      }
    }
    return null;
  }

  /**
   * Returns the state with one arm replaced.
   *
   * @param changed the arm's new state.
   * @return a copy.
   */
  public RunState with(final ArmState changed) {
    return new RunState(
        run,
        model,
        traits,
        arms.stream().map(arm -> arm.arm().equals(changed.arm()) ? changed : arm).toList());
  }

  /**
   * Returns whether every arm is complete.
   *
   * @return true if nothing is left to do.
   */
  public boolean isComplete() {
    return arms.stream().allMatch(ArmState::complete);
  }

  /**
   * Writes the file aside, forces it and puts it in place.
   *
   * @param path of the file.
   */
  public void save(final Path path) {
    final ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    root.put("run", run);
    root.put("model", model);
    root.put("complete", isComplete());
    if (traits != null) {
      root.putObject("runner")
          .put("vocabulary_size", traits.vocabularySize())
          .put("context_tokens", traits.contextTokens())
          .put("most_work", traits.mostWork())
          .put("tells_entropy", traits.tellsEntropy())
          .put("draws_as_named", traits.drawsAsNamed())
          .put("answer_within_ns", traits.answerWithinNs());
    }
    final ObjectNode list = root.putObject("arms");
    arms.forEach(arm -> writeArm(list.putObject(arm.arm()), arm));
    try {
      DurableFile.write(path, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
    } catch (final IOException e) {
      throw new IllegalStateException("a state must be writable", e);
    }
  }

  private static ModelRunner.Traits traits(final JsonNode node) {
    return node.isMissingNode()
        ? null
        : new ModelRunner.Traits(
            node.path("vocabulary_size").asInt(),
            node.path("context_tokens").asInt(),
            node.path("most_work").asInt(),
            node.path("tells_entropy").asBoolean(),
            node.path("draws_as_named").asBoolean(),
            node.path("answer_within_ns").asLong());
  }

  private static void writeArm(final ObjectNode node, final ArmState arm) {
    node.put("policy", arm.policy());
    node.put("groups", arm.groups());
    node.put("complete", arm.complete());
    node.put("sessions", arm.sessions());
    node.put("wall_ns", arm.wallNs());
    final ObjectNode engine = node.putObject("engine");
    arm.engine().forEach(engine::put);
    final ArrayNode laws = node.putArray("laws");
    for (final ArmState.Law law : arm.laws()) {
      laws.addObject()
          .put("law", law.name())
          .put("left", law.left())
          .put("right", law.right())
          .put("tolerance", law.tolerance())
          .put("holds", law.holds());
    }
  }

  /**
   * Reads the file.
   *
   * @param path of the file.
   * @return the state.
   * @throws RunFolderException if the file is missing, damaged or of another format version.
   */
  public static RunState load(final Path path) {
    if (!Files.exists(path)) {
      throw new RunFolderException(
          "the run folder has no ledger: "
              + path
              + " is missing"
              + (Files.exists(new RunFolder(path.resolveSibling("")).bridge()) ? SERVES : ""));
    }
    final JsonNode root = read(path);
    final String format = root.path("format").asText("");
    if (format.equals(SERVED)) {
      throw new RunFolderException(path.getParent() + " was made by serve" + SERVES);
    }
    if (!format.equals(FORMAT)) {
      throw new RunFolderException(
          path
              + " is of format "
              + (format.isEmpty() ? "unknown" : format)
              + "; this build reads "
              + FORMAT
              + ": use the build that made the run");
    }
    final List<ArmState> arms = new ArrayList<>();
    root.path("arms").properties().forEach(arm -> arms.add(readArm(arm.getKey(), arm.getValue())));
    return new RunState(
        root.path("run").asText(), root.path("model").asText(), traits(root.path("runner")), arms);
  }

  /**
   * Checks that a folder was made by {@code serve}.
   *
   * @param path of its ledger, which is not there before the first group.
   * @throws RunFolderException if another command made it.
   */
  public static void requireServed(final Path path) {
    if (Files.exists(path) && !read(path).path("format").asText("").equals(SERVED)) {
      throw new RunFolderException(
          path.getParent() + " was not made by serve; go on with:  ./coppice run --resume");
    }
  }

  private static JsonNode read(final Path path) {
    try {
      return JSON.readTree(path.toFile());
    } catch (final IOException e) {
      throw new RunFolderException("the ledger is damaged: " + path + ": " + e.getMessage());
    }
  }

  private static ArmState readArm(final String name, final JsonNode node) {
    final Map<String, Long> engine = new LinkedHashMap<>();
    node.path("engine").properties().forEach(e -> engine.put(e.getKey(), e.getValue().asLong()));
    final List<ArmState.Law> laws = new ArrayList<>();
    for (final JsonNode law : node.path("laws")) {
      laws.add(
          new ArmState.Law(
              law.path("law").asText(),
              law.path("left").asDouble(),
              law.path("right").asDouble(),
              law.path("tolerance").asDouble()));
    }
    return new ArmState(
        name,
        node.path("policy").asText(),
        node.path("groups").asInt(),
        node.path("complete").asBoolean(),
        node.path("sessions").asInt(),
        node.path("wall_ns").asLong(),
        engine,
        laws);
  }
}
