package dev.coppice.app.experiment;

import dev.coppice.app.config.ConfigText;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.experiment.ExperimentException.Reason;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.run.RolloutJob;
import dev.coppice.app.run.RunProgress;
import dev.coppice.app.run.RunResources;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.draw.CounterRandom;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Runs an experiment: grows the trunks, forks them at their places, and continues every side.
 *
 * @thread one.
 */
public final class ExperimentJob {
  /** The configuration, in the experiment's folder. */
  static final String CONFIG = "experiment.toml";

  private final RunConfig config;
  private final RunResources resources;
  private final RunProgress progress;
  private final ForkPlace place;
  private final List<ExperimentSide> sides;

  /**
   * Makes a job.
   *
   * @param config of the experiment, settled.
   * @param resources the parts to work with; not closed by the job.
   * @param progress told how it goes.
   * @throws ExperimentException if it cannot tell an effect, by name.
   */
  public ExperimentJob(
      final RunConfig config, final RunResources resources, final RunProgress progress) {
    this.config = config;
    this.resources = resources;
    this.progress = progress;
    this.place = ForkPlace.parse(config.experiment().at(), config.experiment().foldTokens());
    this.sides = ExperimentSide.all(config);
    if (config.task().count() < 2) {
      throw few(config.task().count());
    }
    requireForks();
  }

  /**
   * Refuses what no experiment can be made of, before a model is opened.
   *
   * @param config to check.
   * @throws ExperimentException naming the reason.
   */
  public static void check(final RunConfig config) {
    ForkPlace.parse(config.experiment().at(), config.experiment().foldTokens());
    ExperimentSide.all(config);
    if (config.task().count() < 2) {
      throw few(config.task().count());
    }
  }

  private static ExperimentException few(final long problems) {
    return new ExperimentException(
        Reason.FEW,
        "a standard error over problems needs two at least whose paths come to the place: problems="
            + problems);
  }

  private void requireForks() {
    final Environment environment = resources.environment();
    final long seed = CounterRandom.mix(config.run().seed(), 0);
    try (Episode episode = environment.start(environment.task(config.task().first()), seed)) {
      episode.fork().close();
    } catch (final RuntimeException e) {
      throw new ExperimentException(
          Reason.NO_FORK,
          "both sides start from one state, and this world neither copies nor replays its own:"
              + " environment="
              + environment.name()
              + ": "
              + e.getMessage());
    }
  }

  /**
   * Runs the experiment.
   *
   * @param parent in which its folder is made.
   * @return what it came to.
   * @throws InterruptedException if interrupted.
   */
  public ExperimentResult run(final Path parent) throws InterruptedException {
    final RunFolder home = RunFolder.create(parent, "experiment");
    DurableFile.write(
        home.root().resolve(CONFIG), ConfigText.resolved(config).getBytes(StandardCharsets.UTF_8));
    final Map<String, String> folders = new LinkedHashMap<>();
    try (TrunkEnvironment trunks = new TrunkEnvironment(resources.environment(), place)) {
      final RunConfig trunk =
          ExperimentSide.variant(config, "trunk", home.root().toString(), Map.of());
      final RunFolder grown = run(trunk, over(trunks, resources));
      folders.put("trunk", name(grown));
      final SortedMap<Long, Integer> decisions = decisions(trunks);
      final ForkPlace.Found paths = place.findAll(grown, decisions);
      if (paths.problems() < 2) {
        throw few(paths.problems());
      }
      for (final ExperimentSide side : sides) {
        final RunConfig sideConfig = side.config(config, home.root().toString());
        final SideEnvironment environment =
            new SideEnvironment(resources.environment(), starts(side, paths, trunks));
        folders.put(side.name(), name(runSide(sideConfig, environment)));
      }
      final ExperimentResult result =
          ExperimentResult.derive(home.root(), config, folders, new Decisions(decisions, parts()));
      DurableFile.write(home.root().resolve(ExperimentResult.FILE), result.bytes());
      return result;
    }
  }

  /** Bundles in which turn each path's task decides with what treatments are made with. */
  record Decisions(SortedMap<Long, Integer> turns, Treatment.Parts parts) {}

  private Treatment.Parts parts() {
    return new Treatment.Parts(resources.tokenizer(), resources.environment());
  }

  private static String name(final RunFolder folder) {
    return folder.root().getFileName().toString();
  }

  private SortedMap<Long, Integer> decisions(final TrunkEnvironment trunks) {
    final SortedMap<Long, Integer> turns = new java.util.TreeMap<>();
    for (int group = 0; group < config.task().groups(); group++) {
      turns.put((long) group, trunks.decisionTurn(CounterRandom.mix(config.run().seed(), group)));
    }
    return turns;
  }

  /** A path whose world is not in the state its trace says is not forked. */
  private Map<Long, SideEnvironment.Start> starts(
      final ExperimentSide side, final ForkPlace.Found paths, final TrunkEnvironment trunks) {
    final Map<Long, SideEnvironment.Start> starts = new HashMap<>();
    paths
        .forks()
        .forEach(
            (group, path) -> {
              final long seed = CounterRandom.mix(config.run().seed(), group);
              final Episode world = trunks.kept(new TrunkEnvironment.Turn(seed, path.turn()));
              final int[] ids = side.treatment().change().of(path, parts());
              final boolean fits =
                  world != null && (path.state() == null || path.state().equals(world.digest()));
              if (fits && ids != null) {
                starts.put(
                    CounterRandom.mix(side.seed(), group), new SideEnvironment.Start(world, ids));
              }
            });
    return starts;
  }

  private RunFolder runSide(final RunConfig side, final Environment environment)
      throws InterruptedException {
    if (side.model().path().equals(config.model().path())) {
      return run(side, over(environment, resources));
    }
    try (RunResources other = RunResources.open(side)) {
      if (!other.tokenizerSha256().equals(resources.tokenizerSha256())) {
        throw new ExperimentException(
            Reason.TOKENIZERS,
            "paths are handed over by token ids, and the other model reads other ids: model="
                + side.model().path());
      }
      return run(side, over(environment, other));
    }
  }

  private static RunResources over(final Environment environment, final RunResources base) {
    return new RunResources(
        environment,
        base.tokenizer(),
        base.runner(),
        base.tokenizerSha256(),
        base.chatTemplateSha256(),
        base.judge());
  }

  private RunFolder run(final RunConfig run, final RunResources parts) throws InterruptedException {
    progress.onMessage("experiment: " + run.run().name());
    final RolloutJob job = new RolloutJob(run, parts, progress);
    final RunFolder folder = job.prepare(Path.of(run.run().out()));
    job.run(folder);
    return folder;
  }
}
