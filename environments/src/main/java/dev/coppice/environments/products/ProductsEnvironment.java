package dev.coppice.environments.products;

import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.canonical.Truncation;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Asks for the products up to 9 x 12 after three worked examples, without tools.
 *
 * <p>The answer's line, {@code #### 56}, ends the episode. There are 105 tasks, the 108 products less
 * those of the examples; a product is held out in either order of its factors or in none.
 *
 * @thread immutable, any thread
 */
public final class ProductsEnvironment implements ScriptedEnvironment {
  /** The name of this environment. */
  public static final String NAME = "products";

  private static final String QUESTION = "{question}";
  private static final String ASKED = "Question: " + QUESTION + "\nAnswer:";
  private static final int MOST_FIRST = 9;
  private static final int MOST_SECOND = 12;
  private static final List<Product> EXAMPLES =
      List.of(new Product(3, 4), new Product(7, 8), new Product(6, 11));
  private static final Dialect DIALECT = new Dialect("", "", "#### ", "\n");

  private final String template;
  private final List<Product> products;

  /** What is asked for. */
  private record Product(int first, int second) {
    String question() {
      return "What is " + first + " times " + second + "?";
    }

    String solution() {
      return " " + first + " x " + second + " = " + value() + "\n#### " + value() + "\n";
    }

    int value() {
      return first * second;
    }

    Split split() {
      return Split.of(List.of(first, second));
    }
  }

  /**
   * Chooses the tasks.
   *
   * @param split of the products, or null for all of them.
   * @param count of products, drawn without replacement; 0 for all of the split.
   * @param seed of their order.
   * @param template of the prompt, in which {@code {question}} stands for the question; empty for
   *     three worked examples before it.
   * @throws IllegalArgumentException if the split has fewer products, or if the template has no place
   *     for the question.
   */
  public ProductsEnvironment(
      final Split split, final int count, final long seed, final String template) {
    this.template = template.isEmpty() ? workedExamples() + ASKED : template;
    if (!this.template.contains(QUESTION)) {
      throw new IllegalArgumentException(
          "products: the prompt needs a place for the question: prompt=" + template);
    }
    final List<Product> all = shuffled(split, seed);
    if (count < 0 || count > all.size()) {
      throw new IllegalArgumentException(
          "products: there are not that many: count=" + count + " products=" + all.size());
    }
    products = count == 0 ? all : List.copyOf(all.subList(0, count));
  }

  private static String workedExamples() {
    final StringBuilder text = new StringBuilder();
    for (final Product example : EXAMPLES) {
      text.append(ASKED.replace(QUESTION, example.question()))
          .append(example.solution())
          .append('\n');
    }
    return text.toString();
  }

  private static List<Product> shuffled(final Split split, final long seed) {
    final List<Product> all = new ArrayList<>();
    for (int first = 1; first <= MOST_FIRST; first++) {
      for (int second = 1; second <= MOST_SECOND; second++) {
        final Product product = new Product(first, second);
        if (!EXAMPLES.contains(product) && (split == null || product.split() == split)) {
          all.add(product);
        }
      }
    }
    final SplittableRandom random = new SplittableRandom(seed);
    for (int i = all.size() - 1; i > 0; i--) {
      all.set(i, all.set(random.nextInt(i + 1), all.get(i)));
    }
    return List.copyOf(all);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Dialect dialect() {
    return DIALECT;
  }

  @Override
  public int taskCount() {
    return products.size();
  }

  @Override
  public Task task(final int index) {
    final Product product = products.get(index);
    return new Task(
        NAME + "/" + product.first() + "x" + product.second(),
        CanonicalJson.write(Map.of("first", product.first(), "second", product.second())));
  }

  @Override
  public Episode start(final Task task, final long seed) {
    final Product product = product(task);
    return new Asked(product, prompt(product));
  }

  @Override
  public ReplayScript script(final Task task) {
    final Product product = product(task);
    return new ReplayScript(prompt(product), List.of(product.solution()));
  }

  /** Nothing is ever observed; this is where a line would end. */
  @Override
  public String observationClose() {
    return "\n";
  }

  private String prompt(final Product product) {
    return template.replace(QUESTION, product.question());
  }

  private static Product product(final Task task) {
    final Map<String, Object> input = CanonicalJson.read(task.input());
    if (!(input.get("first") instanceof Integer first)
        || !(input.get("second") instanceof Integer second)) {
      throw new IllegalArgumentException(
          "a products task needs first and second: task=" + task.id());
    }
    return new Product(first, second);
  }

  /** Has no state but its question, so a fork is the episode itself. */
  private record Asked(Product product, String prompt) implements Episode {
    @Override
    public EpisodePlan plan() {
      return new EpisodePlan(0, 1);
    }

    @Override
    public Observation call(final String text) {
      return Observation.of("", "", "{}", ToolCall.Status.ILLEGAL, false);
    }

    @Override
    public Score finish(final String answer) {
      final String said = answer == null ? "" : answer.strip();
      final double right = said.equals(String.valueOf(product.value())) ? 1.0 : 0.0;
      final double number = said.matches("[0-9]{1,9}") ? 1.0 : 0.0;
      return new Score(
          right, Map.of("answer", right, "number", number), number == 1.0 ? said : null);
    }

    @Override
    public Score truncated(final StopReason reason) {
      return Truncation.isUnsolved(reason) ? finish(null) : Score.NONE;
    }

    @Override
    public Episode fork() {
      return this;
    }

    @Override
    public String digest() {
      return StateDigest.of("products " + prompt + "\0" + product.value());
    }
  }
}
