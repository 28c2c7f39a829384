package dev.coppice.app.verify;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunJournalDescriptor;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.run.Policies;
import dev.coppice.app.run.RolloutJob;
import dev.coppice.app.run.RunResources;
import dev.coppice.app.runner.Engines;
import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.journal.JournalFormatException;
import dev.coppice.bridge.journal.JournalReader;
import dev.coppice.bridge.journal.JournalVersionException;
import dev.coppice.core.State;
import dev.coppice.environments.Environments;
import dev.coppice.eventlog.JournalReplay;
import dev.coppice.eventlog.WorldReplay;
import dev.coppice.rollout.GroupResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Replays {@code journal.log} and holds the groups it delivers against the traces, value for value.
 *
 * <p>Every session of an arm is an engine of its own. A group that a killed session delivered and
 * did not keep is delivered again by a later one, so the last delivery counts. A session after a
 * power cut may find its journal shorter than its traces; then groups the journal does not hold are
 * named as unchecked.
 *
 * @thread one.
 * @cost one pass over the journal and one reading of every group; the model is opened and computes
 *     nothing.
 */
final class JournalCheck {
  private final RunFolder folder;
  private final RunConfig config;
  private final RunState state;
  private final Findings findings;
  private final TracePlaces places;
  private final Map<Group, String> differing = new HashMap<>();
  private final Set<Group> replayed = new HashSet<>();
  private final List<String> unchecked = new ArrayList<>();
  private final Map<Group, String> judgedOtherwise = new LinkedHashMap<>();
  private boolean holdsEvents;

  JournalCheck(
      final RunFolder folder,
      final RunConfig config,
      final RunState state,
      final TracePlaces places,
      final Findings findings) {
    this.folder = folder;
    this.config = config;
    this.state = state;
    this.places = places;
    this.findings = findings;
  }

  /** Names a group of the run. */
  record Group(String arm, String id) {
    @Override
    public String toString() {
      return arm + " " + id;
    }
  }

  /** Checks all there is to check and returns what could not be. */
  List<String> check() {
    if (!Files.exists(folder.journal())) {
      unchecked.add("the traces against the journal: there is no " + folder.journal());
      return unchecked;
    }
    try (JournalReader reader = new JournalReader(folder.journal(), RunJournalDescriptor.CONTENT);
        TracePlaces.Source traces = places.open()) {
      replay(reader, traces);
    } catch (final JournalVersionException e) {
      unchecked.add("version: " + e.getMessage() + " [" + e.errorCode() + "]");
    } catch (final JournalFormatException | StorageException e) {
      findings.add(e.getMessage());
    }
    return unchecked;
  }

  private void replay(final JournalReader reader, final TracePlaces.Source traces) {
    try (RunResources resources = open()) {
      if (resources == null) {
        readToTheEnd(reader);
        return;
      }
      if (!isPure()) {
        unchecked.add(
            "calls and answers: the world "
                + config.task().environment()
                + " is not asked again, as world.mode, a start at a fork or what lies outside of this"
                + " process may answer otherwise");
      }
      Session session = null;
      try {
        while (reader.next()) {
          if (reader.type() == RunJournalDescriptor.ARM_BEGINS) {
            close(session);
            session = begin(reader, resources, traces);
          } else if (session != null) {
            holdsEvents = true;
            session.accept(reader);
          }
        }
      } finally {
        close(session);
      }
    }
    differing.values().forEach(findings::add);
    judgedOtherwise.values().forEach(findings::add);
    compareNames();
  }

  private static void close(final Session session) {
    if (session != null) {
      session.worlds.close();
    }
  }

  /**
   * Whether asking the worlds again changes nothing and must give what they answered then; the paths
   * of an experiment go on from a fork, where its own check derives them.
   */
  private boolean isPure() {
    return config.world().mode().equals("real")
        && !config.sampling().draws().equals("prompt")
        && config.world().user().isEmpty()
        && Environments.find(config.task().environment()).isPure();
  }

  /** Opens what the core must know of model and tasks, or says why the replay has to be left out. */
  private RunResources open() {
    try {
      if (isOfServers()) {
        return RunResources.openWithoutModel(config.reading());
      }
      final RunResources resources = RunResources.open(config.reading());
      if (resources.runner().name().equals(state.model())) {
        return resources;
      }
      unchecked.add(
          "the traces against the journal: the run sampled from "
              + state.model()
              + ", and what its configuration names now is "
              + resources.runner().name());
      resources.close();
    } catch (final RuntimeException e) {
      // A model, its data or a world may be gone for many reasons; none of them is the folder's.
      unchecked.add("the traces against the journal: " + e.getMessage());
    }
    return null;
  }

  /** A run of servers is replayed without them: what the core must know of them is in the ledger. */
  private boolean isOfServers() {
    return state.traits() != null
        && config.model().policy().equals("model")
        && Engines.isServed(config);
  }

  private static void readToTheEnd(final JournalReader reader) {
    while (reader.next()) {
      continue;
    }
  }

  private Session begin(
      final JournalReader reader, final RunResources resources, final TracePlaces.Source traces) {
    final byte[] name = new byte[reader.length()];
    reader.payload().getBytes(0, name);
    final String text = new String(name, StandardCharsets.UTF_8);
    final ArmState arm = state.arm(text);
    if (arm == null) {
      findings.add("the journal has an arm the ledger does not know: " + text);
      return null;
    }
    final State.World world =
        new State.World(
            Policies.of(arm.policy(), config),
            resources.tokenizer(),
            resources.environment().dialect(),
            resources.environment().sharing(),
            isOfServers() ? state.traits() : resources.runner().traits());
    return new Session(arm, world, traces, resources);
  }

  /** Replays the events of one engine until one of them cannot be applied. */
  private final class Session {
    private final String arm;
    private final JournalReplay replay;
    private final TracePlaces.Source traces;
    private final WorldReplay worlds;
    private boolean broken;

    Session(
        final ArmState arm,
        final State.World world,
        final TracePlaces.Source traces,
        final RunResources resources) {
      this.arm = arm.arm();
      this.traces = traces;
      this.replay =
          new JournalReplay(
              RolloutJob.engineConfig(config, state.run(), arm), world, this::delivered);
      this.worlds =
          new WorldReplay(
              resources.environment(),
              resources.tokenizer(),
              config.run().seed(),
              config.limits().observationTokens(),
              this::judged);
      if (isPure()) {
        replay.asking(worlds);
      }
    }

    private void judged(final String id, final String difference) {
      final Group group = new Group(arm, id);
      judgedOtherwise.putIfAbsent(group, group + ": " + difference);
    }

    void accept(final JournalReader reader) {
      if (broken) {
        return;
      }
      final byte[] payload = new byte[reader.length()];
      reader.payload().getBytes(0, payload);
      try {
        replay.accept(reader.type(), payload);
      } catch (final RuntimeException e) {
        // The frame is whole, so what it says cannot have happened; the core fails in many ways.
        broken = true;
        findings.add(
            arm + ": the journal's event at offset " + reader.position() + " cannot be: " + e);
      }
    }

    private void delivered(final GroupResult result) {
      if (result.group().trees().isEmpty()) {
        return; // The budget was spent before it had a tree; the traces do not have such groups.
      }
      final Group group = new Group(arm, result.request().id());
      replayed.add(group);
      differing.remove(group);
      if (places.has(group)) {
        final String difference = GroupComparison.difference(traces.lines(group), arm, result);
        if (difference != null) {
          differing.put(group, group + ": " + difference);
        }
      }
    }
  }

  private void compareNames() {
    if (!holdsEvents && !places.groups().isEmpty()) {
      if (config.run().journal()) {
        findings.add("the journal holds no event although the traces hold groups");
      } else {
        unchecked.add("the traces against the journal: run.journal was false");
      }
      return;
    }
    for (final ArmState arm : state.arms()) {
      final long missing =
          places.groups().stream()
              .filter(group -> group.arm().equals(arm.arm()) && !replayed.contains(group))
              .count();
      if (missing > 0 && arm.sessions() > 1) {
        unchecked.add(arm.arm() + ": " + missing + " groups are in the traces alone");
      } else if (missing > 0) {
        findings.add(arm.arm() + ": the journal does not give " + missing + " of the groups");
      }
      if (arm.complete()) {
        replayed.stream()
            .filter(group -> group.arm().equals(arm.arm()) && !places.has(group))
            .forEach(group -> findings.add(group + ": the journal gives it, the traces lack it"));
      }
    }
  }
}
