package dev.coppice.environments.filesystem;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.PythonCall;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolboxWorld;
import dev.coppice.environments.toolworld.WorldModel;
import dev.coppice.episode.Score;
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
public final class FilesystemTaskset implements Taskset {
  /** The name of this world. */
  public static final String NAME = "filesystem";

  private static final String VERSION = "1";

  private final Toolbox<FileSystem> tools = FileTools.toolbox();
  private final ToolboxWorld<FileSystem> blank = new ToolboxWorld<>(new Model(tools));
  private final List<BfclEpisode> episodes;

  /**
   * Reads the episodes.
   *
   * @param path of the folder with {@code BFCL_v4_multi_turn_base.json}.
   * @throws IllegalArgumentException if the files are missing or broken.
   */
  public FilesystemTaskset(final Path path) {
    episodes = BfclData.read(path);
  }

  @Override
  public String name() {
    return NAME;
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
  public String request(final Task task) {
    return String.join("\n", episode(task).requests());
  }

  @Override
  public ToolboxWorld<FileSystem> open() {
    return blank.fork();
  }

  /** Makes the reference calls. */
  @Override
  public Solution solution(final Task task) {
    return new Solution(calls(tools, episode(task)), "done");
  }

  private static List<Call> calls(final Toolbox<FileSystem> tools, final BfclEpisode episode) {
    final List<Call> calls = new ArrayList<>();
    for (final String text : episode.calls()) {
      final PythonCall call = PythonCall.parse(text);
      calls.add(new Call(call.name(), call.arguments(tools.argumentNames(call.name()))));
    }
    return calls;
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

  private record Model(Toolbox<FileSystem> toolbox) implements WorldModel<FileSystem> {
    @Override
    public String version() {
      return VERSION;
    }

    @Override
    public FileSystem initial(final Task task, final long seed) {
      return FileSystem.read(episode(task).config());
    }

    @Override
    public String digest(final FileSystem files) {
      return files.digest();
    }

    /** Compares the outcome with that of the reference calls, which are made when first needed. */
    @Override
    public Score reward(
        final Task task, final FileSystem files, final SeenResults seen, final String answer) {
      final BfclEpisode episode = episode(task);
      final List<String> calls =
          calls(toolbox, episode).stream()
              .map(call -> Toolbox.write(call.tool(), call.arguments()))
              .toList();
      final Toolbox.Replayed<FileSystem> reference =
          toolbox.replay(FileSystem.read(episode.config()), calls);
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
