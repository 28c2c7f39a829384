package dev.coppice.environments.retail;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolboxWorld;
import dev.coppice.environments.toolworld.WorldModel;
import dev.coppice.environments.user.UserMessages;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Offers the customer-service tasks of tau2-bench's retail domain.
 *
 * <p>The policy of the shop is the system's message; what the customer wants and knows is told to a
 * simulated customer alone ({@link dev.coppice.environments.user.UserTaskset}), who ends the
 * conversation. The reward is 1 if the database is then what the reference actions make of it. The
 * component {@code communicated} is the share of what must be told that the agent said; what only a
 * judge could decide is not scored.
 *
 * @thread immutable, any thread
 * @source Barres et al., tau2-bench: Evaluating Conversational Agents in a Dual-Control Environment,
 *     2025, arXiv 2506.07982
 */
public final class RetailTaskset implements Taskset {
  /** The name of this world. */
  public static final String NAME = "retail";

  private static final String VERSION = "1";
  private static final String GREETING = "Hi! How can I help you today?";

  private final ToolboxWorld<Store> blank;
  private final List<RetailTask> tasks;
  private final String policy;

  /**
   * Reads the database and the tasks.
   *
   * @param path of the folder with {@code db.json}, {@code tasks.json}, {@code split_tasks.json} and
   *     {@code policy.md}.
   * @param split of the tasks: {@code train}, {@code test} or {@code all}.
   * @throws IllegalArgumentException if the files are missing or broken, or if the split has no
   *     tasks.
   */
  public RetailTaskset(final Path path, final String split) {
    blank = new ToolboxWorld<>(new Model(RetailTools.toolbox(), RetailJson.store(path)));
    tasks = RetailJson.tasks(path, split);
    policy = RetailJson.policy(path);
  }

  @Override
  public String name() {
    return NAME;
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
            Map.of(
                "calls", calls, "communicate", task.communicate(), "customer", task.customer())));
  }

  @Override
  public String request(final Task task) {
    return UserMessages.text(opening(task));
  }

  @Override
  public List<Map<String, Object>> opening(final Task task) {
    return List.of(
        Map.of("role", "system", "content", policy),
        Map.of("role", "assistant", "content", GREETING));
  }

  @Override
  public String script(final Task task) {
    return given(task).customer();
  }

  @Override
  public ToolboxWorld<Store> open() {
    return blank.fork();
  }

  /** Makes the reference actions and tells what must be told. */
  @Override
  public Solution solution(final Task task) {
    final Given given = given(task);
    final List<Call> calls = new ArrayList<>();
    for (final String text : given.calls()) {
      final CallText call = CallText.read(text);
      calls.add(new Call(call.tool(), call.arguments()));
    }
    return new Solution(calls, String.join(" ", given.communicate()));
  }

  private static Given given(final Task task) {
    final Map<String, Object> input = CanonicalJson.read(task.input());
    if (!(input.get("calls") instanceof List<?> calls)
        || !(input.get("communicate") instanceof List<?> communicate)
        || !(input.get("customer") instanceof String customer)) {
      throw new IllegalArgumentException(
          "a retail task needs calls, communicate and customer: task=" + task.id());
    }
    return new Given(
        calls.stream().map(String.class::cast).toList(),
        communicate.stream().map(String.class::cast).toList(),
        customer);
  }

  private record Given(List<String> calls, List<String> communicate, String customer) {}

  private record Model(Toolbox<Store> toolbox, Store store) implements WorldModel<Store> {
    @Override
    public String version() {
      return VERSION + "/" + store.origin();
    }

    @Override
    public Store initial(final Task task, final long seed) {
      return store;
    }

    @Override
    public String digest(final Store state) {
      return state.digest();
    }

    @Override
    public Score reward(
        final Task task, final Store state, final SeenResults seen, final String answer) {
      final Given given = given(task);
      final boolean right = state.equals(toolbox.replay(store, given.calls()).state());
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
  }
}
