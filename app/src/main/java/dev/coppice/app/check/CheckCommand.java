package dev.coppice.app.check;

import dev.coppice.app.arguments.PlugPath;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.Environments;
import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.contract.CheckReport;
import dev.coppice.environments.contract.WorldCheck;
import dev.coppice.environments.toolworld.SingleTaskset;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.error.CoppiceException;
import dev.coppice.plug.PlugException;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks the contract of a tool world: a shipped one by name, one's own by class. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Checks the contract of a tool world with random forks and calls: isolation, digests,",
      "determinism, effects, recordings. Exit status 1 with the shortest sequence found that",
      "breaks it. A Python environment is tried with every way of copying its states, cheapest",
      "first; the first that holds is named, to be set as task.python-env.copy."
    })
public final class CheckCommand implements Callable<Integer> {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final String COPY = "copy";
  private static final List<String> CHEAPEST_FIRST =
      List.of("stateless", "pickle", "fork", "replay");

  @Parameters(
      paramLabel = "WORLD",
      description =
          "A world by name, a Python environment (FILE.py, ROWS.jsonl, reasoning-gym/NAME,"
              + " textarena/ID, ...), or the full name of a class that is a Taskset or a"
              + " ToolWorld.")
  private String world;

  @Option(names = "--path", paramLabel = "DIR", description = "Data of a world that is named.")
  private String path = "";

  @Option(
      names = "--set",
      paramLabel = "OPTION=VALUE",
      description =
          "Option of the world, as in task.NAME.OPTION; python and sandbox as in world.python and"
              + " world.sandbox.")
  private Map<String, String> options = new LinkedHashMap<>();

  @Mixin private PlugPath plugs;

  @Option(names = "--episodes", defaultValue = "200", description = "Random episodes to play.")
  private int episodes;

  @Option(names = "--seed", defaultValue = "1", description = "Seed of the first episode.")
  private long seed;

  @Override
  public Integer call() {
    if (episodes < 1) {
      throw new ConfigException("--episodes must be at least 1: episodes=" + episodes);
    }
    if (world.contains(".")) {
      plugs.installClasses();
    } else {
      plugs.install();
    }
    if (!isNamed()) {
      return checked(this::own) ? DONE : FAILED;
    }
    final List<String> copies = copies();
    if (copies.isEmpty()) {
      return checked(this::named) ? DONE : FAILED;
    }
    return firstThatHolds(copies) ? DONE : FAILED;
  }

  private boolean checked(final Supplier<Taskset> opened) {
    try (Taskset taskset = opened.get()) {
      final CheckReport report = new WorldCheck(taskset).run(episodes, seed);
      System.out.print(report.text());
      return report.holds();
    }
  }

  /** Lists the ways a world can be copied, where it has some and none was chosen. */
  private List<String> copies() {
    for (final PlugOption option : plug().options()) {
      if (option.name().equals(COPY) && !options.containsKey(COPY)) {
        final List<String> copies = new ArrayList<>(CHEAPEST_FIRST);
        copies.retainAll(option.choices());
        return copies;
      }
    }
    return List.of();
  }

  /** Tries each way, cheapest first, by playing it against fresh worlds: none is trusted. */
  private boolean firstThatHolds(final List<String> copies) {
    for (final String copy : copies) {
      options.put(COPY, copy);
      final boolean holds = checked(this::named);
      System.out.println(
          holds
              ? "copy = " + copy + " holds"
              : "copy = " + copy + " does not hold, as shown above");
      if (holds) {
        return true;
      }
    }
    return false;
  }

  /** Tells whether a plug knows the name, which else is that of a class if it has a dot. */
  private boolean isNamed() {
    if (!world.contains(".")) {
      return true;
    }
    try {
      return Environments.find(world) instanceof WorldPlug;
    } catch (final IllegalArgumentException | PlugException e) {
      return false; // A class needs no plug on its class path that works.
    }
  }

  private Taskset named() {
    final WorldPlug plug = plug();
    final String data = path.isEmpty() ? plug.usualPath() : path;
    final String found = data.isEmpty() ? "" : ProjectPaths.find(data).toString();
    try {
      final Map<String, Object> given =
          new HashMap<>(ConfigText.options(EnvironmentPlug.KIND, plug, options).asMap());
      given.values().removeIf(Objects::isNull);
      given.putAll(plug.name().equals(world) ? Map.of() : plug.aliased(world));
      final PlugOptions checked = PlugOptions.of(EnvironmentPlug.KIND, plug, given);
      return Environments.taskset(
          new EnvironmentConfig(plug.name(), new TaskRequest("", 0, 0, found, "", checked)));
    } catch (final IllegalArgumentException e) {
      throw new ConfigException(e.getMessage().replace("task.path", "--path"));
    }
  }

  private WorldPlug plug() {
    try {
      if (Environments.find(world) instanceof WorldPlug plug) {
        return plug;
      }
    } catch (final IllegalArgumentException e) {
      // The message below says more.
    }
    throw new ConfigException(
        "there is no such world: "
            + world
            + "; known are "
            + String.join(", ", Environments.worlds())
            + ", and Python environments such as my_env.py or reasoning-gym/countdown"
            + "; for your own give --classpath my.jar and its name, or the full name of its class");
  }

  private Taskset own() {
    if (!options.isEmpty()) {
      throw new ConfigException(
          "--set is for a world that is named; a class has no options: world=" + world);
    }
    final Class<?> type = load();
    if (Taskset.class.isAssignableFrom(type)) {
      return (Taskset) made(type);
    }
    if (ToolWorld.class.isAssignableFrom(type)) {
      final Supplier<ToolWorld> open = () -> (ToolWorld) made(type);
      return new SingleTaskset(type.getSimpleName(), open);
    }
    throw new ConfigException(
        world + " is neither a Taskset nor a ToolWorld of dev.coppice.environments.toolworld");
  }

  private Class<?> load() {
    try {
      return Class.forName(world, true, Thread.currentThread().getContextClassLoader());
    } catch (final ClassNotFoundException e) {
      throw new ConfigException(
          "there is no class " + world + " on the class path; give it with --classpath my.jar");
    }
  }

  private static Object made(final Class<?> type) {
    try {
      final var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (final InvocationTargetException e) {
      if (e.getCause() instanceof CoppiceException coded) {
        throw coded;
      }
      throw unmade(type, e.getCause());
    } catch (final InstantiationException e) {
      throw unmade(type, "it is abstract");
    } catch (final ReflectiveOperationException e) {
      throw unmade(type, e);
    }
  }

  private static ConfigException unmade(final Class<?> type, final Object why) {
    return new ConfigException(
        type.getName() + " needs a constructor without parameters that works: " + why);
  }
}
