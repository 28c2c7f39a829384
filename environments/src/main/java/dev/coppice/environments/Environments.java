package dev.coppice.environments;

import dev.coppice.environment.Environment;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.drawers.DrawersEnvironment;
import dev.coppice.environments.gsm8k.Gsm8kEnvironment;
import dev.coppice.environments.stories.StoriesEnvironment;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes environments by name.
 *
 * @thread stateless, any thread
 */
public final class Environments {
  private static final List<String> NAMES =
      List.of(
          CountdownEnvironment.NAME,
          DrawersEnvironment.NAME,
          Gsm8kEnvironment.NAME,
          StoriesEnvironment.NAME);

  private Environments() {}

  /**
   * Lists the environments there are.
   *
   * @return the names in alphabetical order.
   */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * Makes an environment.
   *
   * @param config of the environment.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the name, the split or the data are not what they should be.
   */
  public static Environment create(final EnvironmentConfig config) {
    return switch (config.name()) {
      case CountdownEnvironment.NAME ->
          new CountdownEnvironment(split(config), config.count(), config.seed());
      case DrawersEnvironment.NAME ->
          new DrawersEnvironment(split(config), config.count(), config.seed());
      case Gsm8kEnvironment.NAME -> gsm8k(config);
      case StoriesEnvironment.NAME ->
          new StoriesEnvironment(
              config.prompt().isEmpty() ? StoriesEnvironment.DEFAULT_PROMPT : config.prompt(),
              config.count());
      default ->
          throw new IllegalArgumentException(
              "there is no such environment: name="
                  + config.name()
                  + "; known are "
                  + String.join(", ", NAMES));
    };
  }

  private static Split split(final EnvironmentConfig config) {
    return switch (config.split()) {
      case "train" -> Split.TRAIN;
      case "held-out", "" -> Split.HELD_OUT;
      default -> throw unknownSplit(config, "train, held-out");
    };
  }

  private static Gsm8kEnvironment gsm8k(final EnvironmentConfig config) {
    final String split =
        switch (config.split()) {
          case "train", "test" -> config.split();
          case "" -> "test";
          default -> throw unknownSplit(config, "train, test");
        };
    if (config.path().isEmpty()) {
      throw new IllegalArgumentException(
          "gsm8k needs environment.path: the folder with train.jsonl and test.jsonl");
    }
    return new Gsm8kEnvironment(
        Path.of(config.path()),
        split,
        config.count(),
        config.seed(),
        config.prompt().isEmpty() ? Gsm8kEnvironment.DEFAULT_PROMPT : config.prompt());
  }

  private static IllegalArgumentException unknownSplit(
      final EnvironmentConfig config, final String known) {
    return new IllegalArgumentException(
        "there is no such split: environment="
            + config.name()
            + " split="
            + config.split()
            + "; known are "
            + known);
  }
}
