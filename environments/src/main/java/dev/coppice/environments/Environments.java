package dev.coppice.environments;

import dev.coppice.environments.conversation.ChatEnvironment;
import dev.coppice.environments.conversation.InlineEnvironment;
import dev.coppice.environments.record.WorldMode;
import dev.coppice.environments.tool.WorldNoise;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.environments.user.RecitingUser;
import dev.coppice.environments.user.SimulatedUser;
import dev.coppice.environments.user.UserTaskset;
import dev.coppice.episode.Conversation;
import dev.coppice.episode.Environment;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Makes environments by name.
 *
 * @thread stateless, any thread
 */
public final class Environments {
  private Environments() {}

  /**
   * Lists the worlds of tools.
   *
   * @return the names in alphabetical order; {@link #taskset} makes them.
   */
  public static List<String> worlds() {
    return names(plug -> plug instanceof WorldPlug);
  }

  /**
   * Lists the environments there are.
   *
   * @return the names in alphabetical order.
   */
  public static List<String> names() {
    return names(plug -> true);
  }

  private static List<String> names(final Predicate<EnvironmentPlug> wanted) {
    return Plugs.of(EnvironmentPlug.KIND).all().stream()
        .filter(wanted)
        .map(EnvironmentPlug::name)
        .sorted()
        .toList();
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
   * @param chat that writes prompts, and of worlds of tools observations too; null for plain text.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the name, the split or the data are not what they should be.
   */
  public static Environment create(
      final EnvironmentConfig config, final WorldMode mode, final Conversation.Form chat) {
    final EnvironmentPlug plug = find(config.name());
    if (chat != null) {
      return chatting(plug, config, mode, chat);
    }
    final boolean ownCalls =
        plug instanceof WorldPlug world && world.chats() && config.calls() != null;
    final boolean hasUsers = plug instanceof WorldPlug world && world.hasUsers();
    if (mode.kind() == WorldMode.Kind.REAL && !ownCalls && !hasUsers) {
      return plug.open(checked(plug, config));
    }
    final WorldPlug world = requireWorld(plug, mode);
    return closing(
        mode.over(() -> peopled(world, config, mode.user())),
        taskset ->
            new WorldEnvironment(taskset, format(world, config), world.template(config.tasks())));
  }

  /**
   * Finds the plug of a name, or the one that knows what else the name may mean.
   *
   * @param name of a plug, or what {@link EnvironmentPlug#aliased} reads.
   * @return the plug.
   * @throws IllegalArgumentException if nobody knows the name.
   */
  public static EnvironmentPlug find(final String name) {
    final Plugs<EnvironmentPlug> plugs = Plugs.of(EnvironmentPlug.KIND);
    if (!plugs.has(name)) {
      for (final EnvironmentPlug plug : plugs.all()) {
        if (!plug.aliased(name).isEmpty()) {
          return plug;
        }
      }
    }
    return plugs.find(name);
  }

  /**
   * Makes an environment whose noise is shared as told.
   *
   * @param config of the environment.
   * @param mode that says where results come from.
   * @param chat that writes prompts and observations, or null for plain text.
   * @param noise says who shares what a world of tools draws; others draw nothing that could be
   *     shared or not.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the name, the split or the data are not what they should be.
   */
  public static Environment create(
      final EnvironmentConfig config,
      final WorldMode mode,
      final Conversation.Form chat,
      final WorldNoise noise) {
    final Environment environment = create(config, mode, chat);
    if (environment instanceof WorldNoise.Hearer hearer) {
      hearer.noise(noise);
    }
    return environment;
  }

  /**
   * Tells whether the tokens of an environment's trajectories stand for text.
   *
   * @param name of the environment.
   * @return false where they only count, as in a load.
   */
  public static boolean hasText(final String name) {
    try {
      return find(name).hasText();
    } catch (final IllegalArgumentException e) {
      return true; // Of a stranger that is not on the class path now.
    }
  }

  /**
   * Makes the tasks of a world of tools.
   *
   * @param config of the world.
   * @return the tasks; the caller closes them.
   * @throws IllegalArgumentException if there is no such world, or its data are not there.
   */
  public static Taskset taskset(final EnvironmentConfig config) {
    final EnvironmentPlug plug = find(config.name());
    if (!(plug instanceof WorldPlug world)) {
      throw new IllegalArgumentException(
          plug.name() + " is no world of tools; such are " + String.join(", ", worlds()));
    }
    return peopled(world, config, new RecitingUser());
  }

  /** Makes tasks, with a simulated user where they have scripts for one. */
  private static Taskset peopled(
      final WorldPlug world, final EnvironmentConfig config, final SimulatedUser user) {
    final Taskset taskset = world.taskset(checked(world, config));
    if (!world.hasUsers()) {
      return taskset;
    }
    try {
      return UserTaskset.of(taskset, user);
    } catch (final RuntimeException e) {
      taskset.close();
      throw e;
    }
  }

  private static WorldPlug requireWorld(final EnvironmentPlug plug, final WorldMode mode) {
    if (plug instanceof WorldPlug world) {
      return world;
    }
    throw new IllegalArgumentException(
        "world.mode = \""
            + mode.kind().name().toLowerCase(Locale.ROOT)
            + "\" needs a world of tools: environment="
            + plug.name()
            + "; such are "
            + String.join(", ", worlds()));
  }

  private static Environment chatting(
      final EnvironmentPlug plug,
      final EnvironmentConfig config,
      final WorldMode mode,
      final Conversation.Form chat) {
    if (!plug.hasText()) {
      throw new IllegalArgumentException(
          "a chat template needs an environment of text: environment=" + plug.name());
    }
    if (!(plug instanceof WorldPlug world) || !world.chats()) {
      return inline(create(config, mode, null), chat);
    }
    return closing(
        mode.over(() -> peopled(world, config, mode.user())),
        taskset ->
            new ChatEnvironment(taskset, format(world, config), config.tasks().prompt(), chat));
  }

  /** Calls in words of a world's own stay as they are. */
  private static CallFormat format(final WorldPlug world, final EnvironmentConfig config) {
    return config.calls() == null || !world.chats()
        ? world.format()
        : config.calls().apply(world.format());
  }

  private static Environment inline(final Environment base, final Conversation.Form chat) {
    try {
      return InlineEnvironment.of(base, chat);
    } catch (final RuntimeException e) {
      base.close();
      throw e;
    }
  }

  /** Makes an environment of tasks, and closes them where it cannot be made. */
  private static Environment closing(
      final Taskset taskset, final Function<Taskset, Environment> maker) {
    try {
      return maker.apply(taskset);
    } catch (final RuntimeException e) {
      taskset.close();
      throw e;
    }
  }

  /** Checks what every environment declares, and fills in what was left out. */
  private static TaskRequest checked(final EnvironmentPlug plug, final EnvironmentConfig config) {
    final TaskRequest request = config.tasks();
    final Map<String, Object> aliases =
        config.name().equals(plug.name()) ? Map.of() : plug.aliased(config.name());
    final String split = request.split().isEmpty() ? plug.usualSplit() : request.split();
    if (!plug.splits().isEmpty() && !plug.splits().contains(split)) {
      throw new IllegalArgumentException(
          "there is no such split: environment="
              + plug.name()
              + " split="
              + split
              + "; known are "
              + String.join(", ", plug.splits()));
    }
    if (!plug.data().isEmpty() && request.path().isEmpty()) {
      throw new IllegalArgumentException(plug.name() + " needs task.path: " + plug.data());
    }
    if (!request.prompt().isEmpty() && !plug.takesPrompt()) {
      throw new IllegalArgumentException(
          plug.name() + " writes its prompts itself: leave out task.prompt");
    }
    final Map<String, Object> given = new HashMap<>(request.options().asMap());
    given.values().removeIf(Objects::isNull);
    given.putAll(aliases);
    return new TaskRequest(
        split,
        request.count(),
        request.seed(),
        request.path(),
        request.prompt(),
        PlugOptions.of(EnvironmentPlug.KIND, plug, given));
  }
}
