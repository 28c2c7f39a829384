package dev.coppice.app.run;

import dev.coppice.app.advantage.GroupRewards;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.mode.CallDialects;
import dev.coppice.app.mode.ChatForms;
import dev.coppice.app.mode.EngineConfigs;
import dev.coppice.app.mode.TaskRequests;
import dev.coppice.app.mode.WorldModes;
import dev.coppice.app.runner.Engines;
import dev.coppice.bridge.wire.AdvantageKind;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.documents.ModelDocuments;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.engine.GroupListener;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.environments.Environments;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.environments.replay.ReplayPolicy;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.replay.SelfPlayedEnvironment;
import dev.coppice.environments.score.GroupReward;
import dev.coppice.environments.score.Judge;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Environment;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.BranchingPolicy;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Holds the open resources of a run: environment, model and tokenizer.
 *
 * @param environment of the tasks.
 * @param tokenizer of the model.
 * @param runner of the model, or null where a run is only read.
 * @param tokenizerSha256 digest of {@code tokenizer.json}, or empty where there is none.
 * @param chatTemplateSha256 digest of the model's chat template, or empty where there is none.
 * @param judge whom rewards ask, or null.
 */
public record RunResources(
    Environment environment,
    Tokenizer tokenizer,
    ModelRunner runner,
    String tokenizerSha256,
    String chatTemplateSha256,
    Judge judge)
    implements AutoCloseable {
  private static final int REPLAY_CONTEXT = 16_384;

  /**
   * Opens the parts a configuration names.
   *
   * @param config of the run.
   * @return the open parts.
   * @throws ConfigException if a part does not exist or does not fit.
   */
  public static RunResources open(final RunConfig config) {
    final Environment environment = environment(config);
    Judge judge = null;
    try {
      final RunResources parts =
          config.model().policy().equals("replay")
              ? replay(config, environment)
              : model(config, environment);
      judge = WorldModes.judge(config.world(), ProjectPaths::model);
      return parts.judgedBy(judge);
    } catch (final RuntimeException e) {
      environment.close();
      if (judge != null) {
        judge.close();
      }
      throw e instanceof IllegalArgumentException ? new ConfigException(e.getMessage()) : e;
    }
  }

  /**
   * Opens the parts a configuration names but the model: a run of servers is read without them.
   *
   * @param config of the run.
   * @return the open parts; their runner is null.
   * @throws ConfigException if a part does not exist or does not fit.
   */
  public static RunResources openWithoutModel(final RunConfig config) {
    final Environment environment = environment(config);
    try {
      return new RunResources(environment, tokenizer(config), null, "", "", null);
    } catch (final RuntimeException e) {
      environment.close();
      throw e;
    }
  }

  /**
   * Opens the tokenizer a configuration names.
   *
   * @param config of the run.
   * @return the tokenizer; the caller closes it.
   */
  public static Tokenizer tokenizer(final RunConfig config) {
    return config.model().policy().equals("replay")
        ? new ByteTokenizer()
        : ModelTokenizer.open(ProjectPaths.model(config.model().path()));
  }

  /**
   * Opens the chat template a configuration names.
   *
   * @param config of the run.
   * @return the form of its conversations, or null where prompts are plain text.
   * @throws ConfigException if there is no such template, or it cannot be used.
   */
  public static Conversation.Form conversations(final RunConfig config) {
    final ChatForms chat = chat(config);
    if (!chat.wanted()) {
      chat.requireNoMessages();
      return null;
    }
    try (Tokenizer tokenizer = tokenizer(config)) {
      return chat.form(tokenizer);
    }
  }

  /**
   * Settles what only the model can say, so that the run's folder says it.
   *
   * @param config of the run.
   * @return the configuration as it is run.
   * @throws ConfigException if the model leaves open what the configuration needs.
   */
  public static RunConfig settled(final RunConfig config) {
    return EngineConfigs.settled(config, chat(config));
  }

  private static ChatForms chat(final RunConfig config) {
    return new ChatForms(
        config,
        () -> ProjectPaths.model(config.model().path()),
        file -> ProjectPaths.find(file.toString()));
  }

  private static Environment environment(final RunConfig config) {
    final RunConfig.TaskSet task = config.task();
    // A replay needs no data, so the data may be gone.
    final boolean none = task.path().isEmpty() || config.world().mode().equals("replay");
    final String path = none ? "" : ProjectPaths.find(task.path()).toString();
    try {
      final Environment environment =
          Environments.create(
              TaskRequests.of(config, path).with(CallDialects.of(config, chat(config))),
              WorldModes.of(config.world(), ProjectPaths::model),
              conversations(config),
              WorldModes.noise(config.world()));
      if (environment.taskCount() < task.first() + task.count()) {
        final int there = environment.taskCount();
        environment.close();
        throw new ConfigException(
            "task.first and task.count ask for more tasks than there are: first="
                + task.first()
                + " count="
                + task.count()
                + " tasks="
                + there);
      }
      return environment;
    } catch (final IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private RunResources judgedBy(final Judge asked) {
    if (environment instanceof WorldEnvironment world) {
      world.taskset().judgedBy(asked);
    }
    return new RunResources(
        environment, tokenizer, runner, tokenizerSha256, chatTemplateSha256, asked);
  }

  /**
   * Returns what is done to a finished group before it gets its credit, beside the engine.
   *
   * @return the scoring of whole groups, where the world has one.
   */
  public UnaryOperator<GroupResult> groupRewards() {
    final GroupReward reward =
        environment instanceof WorldEnvironment world ? world.taskset().groupReward() : null;
    return reward == null ? UnaryOperator.identity() : new GroupRewards(reward);
  }

  private static RunResources replay(final RunConfig config, final Environment environment) {
    if (environment instanceof SelfPlayedEnvironment played) {
      final Tokenizer tokenizer = played.tokenizer();
      final ModelRunner runner =
          Engines.open(
              config,
              new RunnerRequest.Script(
                  "replay", tokenizer.vocabularySize(), played.contextTokens(), played.policy()));
      return new RunResources(environment, tokenizer, runner, "", "", null);
    }
    if (!(environment instanceof ScriptedEnvironment scripted)) {
      throw new ConfigException(
          "model.policy = \"replay\" needs an environment with solutions, such as gsm8k; "
              + environment.name()
              + " has none");
    }
    final Tokenizer tokenizer = new ByteTokenizer();
    final ModelRunner runner =
        Engines.open(
            config,
            new RunnerRequest.Script(
                "replay",
                tokenizer.vocabularySize(),
                REPLAY_CONTEXT,
                ReplayPolicy.of(scripted, tokenizer)));
    final String template = chat(config).wanted() ? chatTemplate(config) : "";
    return new RunResources(environment, tokenizer, runner, "", template, null);
  }

  private static RunResources model(final RunConfig config, final Environment environment) {
    final Path folder = ProjectPaths.model(config.model().path());
    final ModelTokenizer tokenizer = ModelTokenizer.open(folder);
    try {
      final String digest = sha256(ModelDocuments.of(folder).bytes("tokenizer.json"));
      final String template = chatTemplate(config);
      final ModelRunner runner = Engines.open(config, folder, tokenizer);
      return new RunResources(environment, tokenizer, runner, digest, template, null);
    } catch (final RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /**
   * Tells how fast this process computes, where a model is computed at all; people see it too where
   * it is far below what the machine does.
   *
   * @param log of the run.
   */
  public void report(final RunLog log) {
    final ModelRunner.Remark remark = runner.remark();
    if (!remark.text().isEmpty()) {
      log.line(remark.text());
    }
    if (remark.isWarning()) {
      System.err.println("coppice: " + remark.text());
    }
  }

  /**
   * Bundles the parts of an engine over these resources.
   *
   * @param policy that decides on children.
   * @param journal of all inputs.
   * @param listener of finished groups.
   * @return the parts.
   */
  public RolloutEngine.Parts parts(
      final BranchingPolicy policy, final EngineJournal journal, final GroupListener listener) {
    return new RolloutEngine.Parts(environment, tokenizer, runner, policy, journal, listener);
  }

  /**
   * Makes the metadata of the segments and streams of a run.
   *
   * @param config of the run.
   * @param run the name written into them.
   * @return what says how the tokens came to be.
   */
  public WireHeader wireHeader(final RunConfig config, final String run) {
    final List<String> estimators = config.credit().estimators();
    final String estimator = estimators.isEmpty() ? "" : estimators.getFirst();
    return new WireHeader(
        run,
        new WireHeader.Model(runner.name(), tokenizerSha256, chatTemplateSha256),
        "sampled",
        EngineConfigs.sampling(config),
        new WireHeader.Credit(
            SharedTokenRule.TRAIN_ONCE,
            estimator.isEmpty() ? AdvantageKind.NONE : AdvantageKind.PER_TOKEN,
            estimator),
        config.bridge().kept()
            ? new WireHeader.Drawable(tokenizer.vocabularySize(), tokenizer.holes())
            : null);
  }

  private static String chatTemplate(final RunConfig config) {
    return chat(config).wanted()
        ? chat(config).template().sha256()
        : ChatTemplate.sha256(ProjectPaths.model(config.model().path()));
  }

  private static String sha256(final byte[] bytes) {
    try {
      final byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest);
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Closes all parts. */
  @Override
  public void close() {
    if (runner != null) {
      runner.close();
    }
    tokenizer.close();
    environment.close();
    if (judge != null) {
      judge.close();
    }
  }
}
