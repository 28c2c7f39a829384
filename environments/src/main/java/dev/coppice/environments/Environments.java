package dev.coppice.environments;

import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.conversation.ChatEnvironment;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.countdown.NumbersWorld;
import dev.coppice.environments.drawers.DrawersEnvironment;
import dev.coppice.environments.filesystem.FilesystemTaskset;
import dev.coppice.environments.gsm8k.CalculatorWorld;
import dev.coppice.environments.gsm8k.Gsm8kEnvironment;
import dev.coppice.environments.record.WorldMode;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.retail.RetailTaskset;
import dev.coppice.environments.stories.StoriesEnvironment;
import dev.coppice.environments.text.TextTaskset;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Environment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

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
          FilesystemTaskset.NAME,
          Gsm8kEnvironment.NAME,
          RetailTaskset.NAME,
          StoriesEnvironment.NAME);

  /** Environments whose calls have words of their own; with real tools their own episodes run. */
  private static final List<String> WORDED =
      List.of(CountdownEnvironment.NAME, DrawersEnvironment.NAME, Gsm8kEnvironment.NAME);

  private static final List<String> SHIPPED_WORLDS =
      List.of(FilesystemTaskset.NAME, RetailTaskset.NAME);

  /** Problems are drawn, so whoever wants all of them gets so many. */
  private static final int DRAWN_TASKS = 100;

  private Environments() {}

  /**
   * Lists the worlds of tools.
   *
   * @return the names in alphabetical order; {@link #taskset} makes them.
   */
  public static List<String> worlds() {
    final Set<String> worlds = new TreeSet<>(SHIPPED_WORLDS);
    worlds.addAll(WORDED);
    ServiceLoader.load(TasksetProvider.class).forEach(provider -> worlds.add(provider.name()));
    return List.copyOf(worlds);
  }

  /**
   * Lists the environments there are.
   *
   * @return the names in alphabetical order.
   */
  public static List<String> names() {
    final Set<String> names = new TreeSet<>(NAMES);
    names.addAll(worlds());
    ServiceLoader.load(EnvironmentProvider.class).forEach(provider -> names.add(provider.name()));
    return List.copyOf(names);
  }

  /**
   * Makes an environment whose tools run.
   *
   * @param config of the environment.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the name, the split or the data are not what they should be.
   */
  public static Environment create(final EnvironmentConfig config) {
    return create(config, WorldMode.REAL);
  }

  /**
   * Makes an environment.
   *
   * @param config of the environment.
   * @param mode that says where results come from; only worlds of tools have others than the tools.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the name, the split or the data are not what they should be.
   */
  public static Environment create(final EnvironmentConfig config, final WorldMode mode) {
    return create(config, mode, null);
  }

  /**
   * Makes an environment, of conversations if wanted.
   *
   * @param config of the environment.
   * @param mode that says where results come from; only worlds of tools have others than the tools.
   * @param chat that writes prompts and observations, or null for plain text; only worlds of tools
   *     hold conversations.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the name, the split or the data are not what they should be.
   */
  public static Environment create(
      final EnvironmentConfig config, final WorldMode mode, final Conversation.Form chat) {
    if (chat != null) {
      return chatting(config, mode, chat);
    }
    if (WORDED.contains(config.name())) {
      return mode.kind() == WorldMode.Kind.REAL
          ? textual(config)
          : new WorldEnvironment(
              mode.over(() -> taskset(config)), format(config.name()), TextTaskset.TEMPLATE);
    }
    if (worlds().contains(config.name())) {
      return new WorldEnvironment(
          mode.over(() -> taskset(config)),
          CallFormat.TAGS,
          prompt(config, WorldEnvironment.DEFAULT_PROMPT));
    }
    if (names().contains(config.name()) && mode.kind() != WorldMode.Kind.REAL) {
      throw new IllegalArgumentException(
          "world.mode = \""
              + mode.kind().name().toLowerCase(Locale.ROOT)
              + "\" needs a world of tools: environment="
              + config.name()
              + "; such are "
              + String.join(", ", worlds()));
    }
    return config.name().equals(StoriesEnvironment.NAME)
        ? new StoriesEnvironment(prompt(config, StoriesEnvironment.DEFAULT_PROMPT), config.count())
        : other(config);
  }

  private static ScriptedEnvironment textual(final EnvironmentConfig config) {
    return switch (config.name()) {
      case CountdownEnvironment.NAME ->
          new CountdownEnvironment(split(config), config.count(), config.seed());
      case DrawersEnvironment.NAME ->
          new DrawersEnvironment(split(config), config.count(), config.seed());
      default ->
          new Gsm8kEnvironment(
              path(config, "train.jsonl and test.jsonl"),
              oneOf(config, "test", List.of("train", "test")),
              config.count(),
              config.seed(),
              prompt(config, Gsm8kEnvironment.DEFAULT_PROMPT));
    };
  }

  private static CallFormat format(final String name) {
    return name.equals(Gsm8kEnvironment.NAME) ? CalculatorWorld.FORMAT : NumbersWorld.FORMAT;
  }

  /**
   * Tells whether the tokens of an environment's trajectories stand for text.
   *
   * @param name of the environment.
   * @return false where they only count, as in a load.
   */
  public static boolean hasText(final String name) {
    return ServiceLoader.load(EnvironmentProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .noneMatch(provider -> provider.name().equals(name) && !provider.hasText());
  }

  private static Environment chatting(
      final EnvironmentConfig config, final WorldMode mode, final Conversation.Form chat) {
    final List<String> able = new ArrayList<>(worlds());
    able.removeAll(WORDED);
    if (!able.contains(config.name())) {
      throw new IllegalArgumentException(
          "a chat template needs a world of tools whose calls are JSON: environment="
              + config.name()
              + "; such are "
              + String.join(", ", able));
    }
    final Taskset taskset = mode.over(() -> taskset(config));
    try {
      return new ChatEnvironment(taskset, prompt(config, ChatEnvironment.DEFAULT_PROMPT), chat);
    } catch (final RuntimeException e) {
      taskset.close();
      throw e;
    }
  }

  private static Environment other(final EnvironmentConfig config) {
    for (final EnvironmentProvider provider : ServiceLoader.load(EnvironmentProvider.class)) {
      if (provider.name().equals(config.name())) {
        return provider.create(config);
      }
    }
    throw unknown(config);
  }

  private static IllegalArgumentException unknown(final EnvironmentConfig config) {
    return new IllegalArgumentException(
        "there is no such environment: name="
            + config.name()
            + "; known are "
            + String.join(", ", names()));
  }

  /**
   * Makes the tasks of a world of tools.
   *
   * @param config of the world.
   * @return the tasks; the caller closes them.
   * @throws IllegalArgumentException if there is no such world, or its data are not there.
   */
  public static Taskset taskset(final EnvironmentConfig config) {
    return switch (config.name()) {
      case FilesystemTaskset.NAME ->
          new FilesystemTaskset(path(config, "BFCL_v4_multi_turn_base.json"));
      case Gsm8kEnvironment.NAME ->
          new TextTaskset(textual(config), CalculatorWorld.FORMAT, CalculatorWorld::new);
      case CountdownEnvironment.NAME, DrawersEnvironment.NAME -> numbers(config);
      case RetailTaskset.NAME ->
          new RetailTaskset(
              path(config, "db.json and tasks.json"),
              oneOf(config, "test", List.of("train", "test", "all")));
      default -> provided(config);
    };
  }

  private static Taskset numbers(final EnvironmentConfig config) {
    final int count = config.count() == 0 ? DRAWN_TASKS : config.count();
    final ScriptedEnvironment environment =
        textual(
            new EnvironmentConfig(
                config.name(),
                config.split(),
                count,
                config.seed(),
                config.path(),
                config.prompt()));
    return new TextTaskset(environment, NumbersWorld.FORMAT, () -> new NumbersWorld(environment));
  }

  private static Taskset provided(final EnvironmentConfig config) {
    for (final TasksetProvider provider : ServiceLoader.load(TasksetProvider.class)) {
      if (provider.name().equals(config.name())) {
        return provider.open(config);
      }
    }
    throw unknown(config);
  }

  private static Split split(final EnvironmentConfig config) {
    return oneOf(config, "held-out", List.of("train", "held-out")).equals("train")
        ? Split.TRAIN
        : Split.HELD_OUT;
  }

  private static String oneOf(
      final EnvironmentConfig config, final String otherwise, final List<String> known) {
    final String split = config.split().isEmpty() ? otherwise : config.split();
    if (!known.contains(split)) {
      throw new IllegalArgumentException(
          "there is no such split: environment="
              + config.name()
              + " split="
              + split
              + "; known are "
              + String.join(", ", known));
    }
    return split;
  }

  private static String prompt(final EnvironmentConfig config, final String otherwise) {
    return config.prompt().isEmpty() ? otherwise : config.prompt();
  }

  private static Path path(final EnvironmentConfig config, final String files) {
    if (config.path().isEmpty()) {
      throw new IllegalArgumentException(
          config.name() + " needs environment.path: the folder with " + files);
    }
    return Path.of(config.path());
  }
}
