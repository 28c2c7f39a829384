package dev.coppice.environments.filesystem;

import dev.coppice.environment.Dialect;
import dev.coppice.environment.EpisodePlan;
import dev.coppice.environment.Score;
import dev.coppice.environments.episode.CanonicalJson;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.tool.PythonCall;
import dev.coppice.environments.tool.Seen;
import dev.coppice.environments.tool.ToolEpisode;
import dev.coppice.environments.tool.ToolTask;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.trajectory.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Offers the multi-turn tasks of BFCL that need the file system alone.
 *
 * <p>All requests of the user stand in the prompt. The reward is 1 if the files are at the end what
 * the reference calls leave behind and the agent has seen every result the reference calls show; it
 * may make further calls.
 *
 * @thread immutable, any thread
 * @source Patil et al., The Berkeley Function Calling Leaderboard, 2025
 */
public final class FilesystemEnvironment implements ScriptedEnvironment {
  /** The name of this environment. */
  public static final String NAME = "filesystem";

  /** The prompt of an environment that is given none. */
  public static final String DEFAULT_PROMPT = "<bos>{tools}\n{requests}\n";

  private final Toolbox<FileSystem> tools = FileTools.toolbox();
  private final List<BfclEpisode> episodes;
  private final String template;

  /**
   * Reads the episodes.
   *
   * @param path of the folder with {@code BFCL_v4_multi_turn_base.json}.
   * @param template of the prompt, in which {@code {requests}} stands for what the user wants and
   *     {@code {tools}} for the schemas of the tools.
   * @throws IllegalArgumentException if the files are missing or broken, or if the template has no
   *     place for the requests.
   */
  public FilesystemEnvironment(final Path path, final String template) {
    if (!template.contains("{requests}")) {
      throw new IllegalArgumentException(
          "filesystem: the prompt needs a place for the requests: prompt=" + template);
    }
    episodes = BfclData.read(path);
    this.template = template;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Dialect dialect() {
    return ToolEpisode.DIALECT;
  }

  @Override
  public int taskCount() {
    return episodes.size();
  }

  /** Lists directories in the order of the data, so the state is kept as text in that order. */
  @Override
  public Task task(final int index) {
    final BfclEpisode episode = episodes.get(index);
    return new Task(
        NAME + "/" + episode.id(),
        CanonicalJson.write(
            Map.of(
                "calls",
                episode.calls(),
                "config",
                CanonicalJson.writeInOrder(episode.config()),
                "requests",
                episode.requests())));
  }

  @Override
  public ToolEpisode<?> start(final Task task, final long seed) {
    final BfclEpisode episode = episode(task);
    final FileSystem initial = FileSystem.read(episode.config());
    final ToolTask<FileSystem> toolTask =
        new ToolTask<>(
            prompt(episode),
            new EpisodePlan(0, episode.calls().size() + 1),
            tools,
            FileSystem::digest,
            new Reference(this, episode, initial));
    return new ToolEpisode<>(toolTask, initial);
  }

  /** Makes the reference calls. */
  @Override
  public ReplayScript script(final Task task) {
    final BfclEpisode episode = episode(task);
    final List<String> turns = new ArrayList<>();
    for (final String call : calls(episode)) {
      turns.add("<tool_call>" + call + "</tool_call>");
    }
    turns.add("<answer>done</answer>");
    return new ReplayScript(prompt(episode), turns);
  }

  @Override
  public String observationClose() {
    return ToolEpisode.OBSERVATION_CLOSE;
  }

  private List<String> calls(final BfclEpisode episode) {
    final List<String> calls = new ArrayList<>();
    for (final String text : episode.calls()) {
      final PythonCall call = PythonCall.parse(text);
      calls.add(Toolbox.write(call.name(), call.arguments(tools.argumentNames(call.name()))));
    }
    return calls;
  }

  private String prompt(final BfclEpisode episode) {
    return template
        .replace("{tools}", tools.schemas())
        .replace("{requests}", String.join("\n", episode.requests()));
  }

  private static BfclEpisode episode(final Task task) {
    final Map<String, Object> input = CanonicalJson.read(task.input());
    if (!(input.get("calls") instanceof List<?> calls)
        || !(input.get("config") instanceof String config)
        || !(input.get("requests") instanceof List<?> requests)) {
      throw new IllegalArgumentException(
          "a filesystem task needs calls, config and requests: task=" + task.id());
    }
    return new BfclEpisode(
        task.id(),
        requests.stream().map(String.class::cast).toList(),
        CanonicalJson.read(config),
        calls.stream().map(String.class::cast).toList());
  }

  /** Compares an outcome with that of the reference calls, which are made when first needed. */
  private static final class Reference implements ToolTask.Goal<FileSystem> {
    private final FilesystemEnvironment environment;
    private final BfclEpisode episode;
    private final FileSystem initial;

    Reference(
        final FilesystemEnvironment environment,
        final BfclEpisode episode,
        final FileSystem initial) {
      this.environment = environment;
      this.episode = episode;
      this.initial = initial;
    }

    @Override
    public Score score(final FileSystem files, final Seen seen, final String answer) {
      final Toolbox.Replayed<FileSystem> reference =
          environment.tools.replay(initial, environment.calls(episode));
      final double state = files.hasSameFiles(reference.state()) ? 1.0 : 0.0;
      final int missing = seen.missing(reference.results());
      final double responses =
          reference.results().isEmpty() ? 1.0 : 1.0 - (double) missing / reference.results().size();
      return new Score(
          state == 1.0 && missing == 0 ? 1.0 : 0.0,
          Map.of("state", state, "responses", responses),
          null);
    }
  }
}
