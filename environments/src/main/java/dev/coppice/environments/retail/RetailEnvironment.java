package dev.coppice.environments.retail;

import dev.coppice.environment.Dialect;
import dev.coppice.environment.EpisodePlan;
import dev.coppice.environment.Score;
import dev.coppice.environments.episode.CanonicalJson;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.tool.ToolEpisode;
import dev.coppice.environments.tool.ToolTask;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.trajectory.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Offers the customer-service tasks of tau2-bench's retail domain.
 *
 * <p>What the customer wants and knows stands in the prompt; there is no simulated customer to talk
 * to. The reward is 1 if the database is at the end what the reference actions make of it. The
 * component {@code communicated} is the share of what must be told that the answer tells; what only a
 * judge could decide is not scored.
 *
 * @thread immutable, any thread
 * @source Barres et al., tau2-bench: Evaluating Conversational Agents in a Dual-Control Environment,
 *     2025, arXiv 2506.07982
 */
public final class RetailEnvironment implements ScriptedEnvironment {
  /** The name of this environment. */
  public static final String NAME = "retail";

  /** The prompt of an environment that is given none. */
  public static final String DEFAULT_PROMPT = "<bos>{tools}\n{request}\n";

  private final Toolbox<Store> tools = RetailTools.toolbox();
  private final Store store;
  private final List<RetailTask> tasks;
  private final String template;

  /**
   * Reads the database and the tasks.
   *
   * @param path of the folder with {@code db.json}, {@code tasks.json} and {@code split_tasks.json}.
   * @param split of the tasks: {@code train}, {@code test} or {@code all}.
   * @param template of the prompt, in which {@code {request}} stands for what the customer wants and
   *     {@code {tools}} for the schemas of the tools.
   * @throws IllegalArgumentException if the files are missing or broken, if the split has no tasks,
   *     or if the template has no place for the request.
   */
  public RetailEnvironment(final Path path, final String split, final String template) {
    if (!template.contains("{request}")) {
      throw new IllegalArgumentException(
          "retail: the prompt needs a place for the request: prompt=" + template);
    }
    store = RetailJson.store(path);
    tasks = RetailJson.tasks(path, split);
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
    return tasks.size();
  }

  @Override
  public Task task(final int index) {
    final RetailTask task = tasks.get(index);
    final List<String> calls = new ArrayList<>();
    task.actions().forEach(action -> calls.add(Toolbox.write(action.name(), action.arguments())));
    return new Task(
        NAME + "/" + task.id(),
        CanonicalJson.write(
            Map.of("calls", calls, "communicate", task.communicate(), "request", task.request())));
  }

  @Override
  public ToolEpisode<?> start(final Task task, final long seed) {
    final Given given = given(task);
    final ToolTask<Store> toolTask =
        new ToolTask<>(
            prompt(given),
            new EpisodePlan(0, given.calls().size() + 1),
            tools,
            Store::digest,
            (state, seen, answer) -> score(given, state, answer));
    return new ToolEpisode<>(toolTask, store);
  }

  private Score score(final Given given, final Store state, final String answer) {
    final boolean right = state.equals(tools.replay(store, given.calls()).state());
    final String said = answer == null ? "" : answer.toLowerCase(Locale.ROOT).replace(",", "");
    final long told =
        given.communicate().stream()
            .filter(info -> said.contains(info.toLowerCase(Locale.ROOT).replace(",", "")))
            .count();
    final double communicated =
        given.communicate().isEmpty() ? 1.0 : (double) told / given.communicate().size();
    return new Score(
        right ? 1.0 : 0.0,
        Map.of("database", right ? 1.0 : 0.0, "communicated", communicated),
        null);
  }

  /** Makes the reference actions and tells what must be told. */
  @Override
  public ReplayScript script(final Task task) {
    final Given given = given(task);
    final List<String> turns = new ArrayList<>();
    given.calls().forEach(call -> turns.add("<tool_call>" + call + "</tool_call>"));
    turns.add("<answer>" + String.join(" ", given.communicate()) + "</answer>");
    return new ReplayScript(prompt(given), turns);
  }

  @Override
  public String observationClose() {
    return ToolEpisode.OBSERVATION_CLOSE;
  }

  private String prompt(final Given given) {
    return template.replace("{tools}", tools.schemas()).replace("{request}", given.request());
  }

  private static Given given(final Task task) {
    final Map<String, Object> input = CanonicalJson.read(task.input());
    if (!(input.get("calls") instanceof List<?> calls)
        || !(input.get("communicate") instanceof List<?> communicate)
        || !(input.get("request") instanceof String request)) {
      throw new IllegalArgumentException(
          "a retail task needs calls, communicate and request: task=" + task.id());
    }
    return new Given(
        calls.stream().map(String.class::cast).toList(),
        communicate.stream().map(String.class::cast).toList(),
        request);
  }

  private record Given(List<String> calls, List<String> communicate, String request) {}
}
