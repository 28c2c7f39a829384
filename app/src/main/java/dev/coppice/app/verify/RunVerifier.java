package dev.coppice.app.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.report.Metric;
import dev.coppice.app.report.ReportJson;
import dev.coppice.app.report.ReportSource;
import dev.coppice.app.run.RolloutJob;
import dev.coppice.app.run.RunInputs;
import dev.coppice.app.runner.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Derives everything a run folder claims from its traces again, and the traces from its journal.
 *
 * @thread one.
 * @cost one pass over the traces for the counts, one for the figures, and one with the journal.
 */
public final class RunVerifier {
  private static final Set<String> NEWER = Set.of(Metric.DRAWS.fieldName(), "outcomes");
  private static final double SHARE = 1e-9;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunFolder folder;
  private final Findings findings = new Findings();
  private final Map<String, Set<String>> groups = new HashMap<>();
  private final Map<String, Long> sampled = new HashMap<>();
  private final TracePlaces places;
  private long trees;
  private long tornBytes;

  /**
   * Makes a verifier.
   *
   * @param folder of the run.
   */
  public RunVerifier(final RunFolder folder) {
    this.folder = folder;
    this.places = new TracePlaces(folder.traces());
  }

  /**
   * Holds what was found.
   *
   * @param groups checked.
   * @param trees checked.
   * @param tornBytes behind the last finished group, as a kill leaves them; resuming cuts them.
   * @param differences found; empty if the folder is sound.
   * @param unchecked what could not be checked, and why.
   */
  public record Verdict(
      long groups, long trees, long tornBytes, List<String> differences, List<String> unchecked) {
    /** Copies the lists. */
    public Verdict {
      differences = List.copyOf(differences);
      unchecked = List.copyOf(unchecked);
    }
  }

  /**
   * Checks the folder.
   *
   * @return what was found.
   * @throws RunFolderException if the folder is of another format version.
   */
  public Verdict verify() {
    final RunConfig config = RolloutJob.configOf(folder);
    final RunState state = RunState.load(folder.ledger());
    RunInputs.changes(folder.root(), config).forEach(findings::add);
    try {
      readTraces(config, state);
      checkArms(state);
    } catch (final RunFolderException e) {
      findings.add(e.getMessage());
    }
    final List<String> unchecked =
        new JournalCheck(folder, config, state, places, findings).check();
    // One wrong tree makes many wrong figures: they come after what says where it is wrong.
    checkReport(config, state);
    final long count = groups.values().stream().mapToLong(Set::size).sum();
    return new Verdict(count, trees, tornBytes, findings.texts(), unchecked);
  }

  private void readTraces(final RunConfig config, final RunState state) {
    final CreditAssigner credit = CreditAssigner.of(config);
    final SharesCheck shares = new SharesCheck(credit.estimators());
    final List<String> names = config.credit().estimators();
    final SegmentCheck segments = new SegmentCheck(folder, findings);
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        if (!groups.computeIfAbsent(group.arm(), arm -> new HashSet<>()).add(group.id())) {
          findings.add(group.arm() + " " + group.id() + ": the group is there twice");
        }
        places.add(group);
        for (final StoredTree tree : group.trees()) {
          trees++;
          TreeCheck.check(tree, findings);
          ProvenanceCheck.check(tree, config.world().mode(), findings);
          sampled.merge(group.arm(), tree.ledger().decodedTokens(), Long::sum);
        }
        AdvantageCheck.check(group, credit, findings);
        shares.add(group);
        final ArmState arm = state.arm(group.arm());
        segments.check(
            group,
            names.isEmpty() ? "" : names.getFirst(),
            arm != null && arm.complete() && config.run().export() && Engines.tellsTokens(config));
      }
      segments.end();
      shares.end(findings);
      tornBytes = scan.tornBytes();
    }
  }

  private void checkArms(final RunState state) {
    for (final ArmState arm : state.arms()) {
      final int found = groups.getOrDefault(arm.arm(), Set.of()).size();
      if (arm.complete()) {
        final long dropped = arm.droppedGroups();
        findings.same(arm.arm() + " finished groups", arm.groups(), found + dropped);
      }
      for (final ArmState.Law law : arm.laws()) {
        if (!law.holds()) {
          findings.add(
              arm.arm() + " broken law: " + law.name() + ": " + law.left() + ", " + law.right());
        }
      }
      final Long counted = arm.engine().get("decoded_tokens");
      if (arm.complete() && arm.sessions() == 1 && counted != null) {
        findings.same(
            arm.arm() + " sampled tokens of the engine",
            counted,
            sampled.getOrDefault(arm.arm(), 0L));
      }
    }
    for (final String arm : groups.keySet()) {
      if (state.arm(arm) == null) {
        findings.add("the traces have an arm the ledger does not know: " + arm);
      }
    }
  }

  private void checkReport(final RunConfig config, final RunState state) {
    if (!Files.exists(folder.report())) {
      if (state.isComplete()) {
        findings.add("report.json is missing although the run is complete");
      }
      return;
    }
    try {
      final JsonNode stored = JSON.readTree(folder.report().toFile());
      final JsonNode derived =
          JSON.readTree(ReportJson.bytes(ReportSource.read(folder, config.plugs().figures())));
      compare("report.json", stored, derived);
    } catch (final IOException e) {
      findings.add("report.json cannot be read: " + e.getMessage());
    } catch (final RunFolderException e) {
      findings.add(e.getMessage());
    }
  }

  private void compare(final String place, final JsonNode stored, final JsonNode derived) {
    if (derived.isObject()) {
      final Set<String> names = new TreeSet<>();
      derived.fieldNames().forEachRemaining(names::add);
      stored.fieldNames().forEachRemaining(names::add);
      for (final String name : names) {
        // Folders of older builds lack what was not counted then.
        if (stored.has(name) || !NEWER.contains(name)) {
          compare(place + " " + name, stored.path(name), derived.path(name));
        }
      }
    } else if (derived.isNumber()) {
      findings.near(place, stored.asDouble(Double.NaN), derived.asDouble(), SHARE);
    } else if (!stored.equals(derived)) {
      findings.add(place + ": stored " + stored + ", derived " + derived);
    }
  }
}
