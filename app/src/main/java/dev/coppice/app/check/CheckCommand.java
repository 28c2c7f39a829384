package dev.coppice.app.check;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.contract.CheckReport;
import dev.coppice.environments.contract.WorldCheck;
import dev.coppice.environments.toolworld.SingleTaskset;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
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
      "breaks it."
    })
public final class CheckCommand implements Callable<Integer> {
  /** Where the data of the shipped worlds lies beside the project. */
  private static final Map<String, String> DATA =
      Map.of(
          "filesystem",
          "../shared/data/bfcl",
          "gsm8k",
          "../shared/data/gsm8k",
          "mcp",
          "examples/mcp-everything.json",
          "retail",
          "../shared/data/tau2-bench/retail",
          "search",
          "../shared/data/multihop-qa");

  private static final int DONE = 0;
  private static final int FAILED = 1;

  @Parameters(
      paramLabel = "WORLD",
      description =
          "A shipped world, or the full name of a class that is a Taskset or a ToolWorld.")
  private String world;

  @Option(names = "--path", paramLabel = "DIR", description = "Data of a shipped world.")
  private String path = "";

  @Option(names = "--classpath", paramLabel = "JARS", description = "Where the class is found.")
  private String classpath = "";

  @Option(names = "--episodes", defaultValue = "200", description = "Random episodes to play.")
  private int episodes;

  @Option(names = "--seed", defaultValue = "1", description = "Seed of the first episode.")
  private long seed;

  @Override
  public Integer call() {
    if (episodes < 1) {
      throw new ConfigException("--episodes must be at least 1: episodes=" + episodes);
    }
    try (Taskset taskset = taskset()) {
      final CheckReport report = new WorldCheck(taskset).run(episodes, seed);
      System.out.print(report.text());
      return report.holds() ? DONE : FAILED;
    }
  }

  private Taskset taskset() {
    if (Environments.worlds().contains(world)) {
      final String data = path.isEmpty() ? DATA.getOrDefault(world, "") : path;
      final String found = data.isEmpty() ? "" : ProjectPaths.find(data).toString();
      try {
        return Environments.taskset(new EnvironmentConfig(world, "", 0, 0, found, ""));
      } catch (final IllegalArgumentException e) {
        throw new ConfigException(e.getMessage().replace("environment.path", "--path"));
      }
    }
    if (!world.contains(".") && classpath.isEmpty()) {
      throw new ConfigException(
          "there is no such world: "
              + world
              + "; shipped are "
              + String.join(", ", Environments.worlds())
              + "; for your own give --classpath my.jar and the full name of its class");
    }
    return own();
  }

  private Taskset own() {
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

  /** The loader stays open: the world loads its classes as it goes. */
  private Class<?> load() {
    try {
      final List<URL> urls = new ArrayList<>();
      for (final String part : classpath.split(File.pathSeparator)) {
        if (!part.isEmpty()) {
          final Path file = ProjectPaths.find(part);
          urls.add(file.toUri().toURL());
        }
      }
      final ClassLoader loader =
          new URLClassLoader(urls.toArray(URL[]::new), CheckCommand.class.getClassLoader());
      return Class.forName(world, true, loader);
    } catch (final ClassNotFoundException e) {
      throw new ConfigException(
          "there is no class " + world + " on the class path; give it with --classpath my.jar");
    } catch (final MalformedURLException e) {
      throw new ConfigException("not a path: " + classpath);
    }
  }

  private static Object made(final Class<?> type) {
    try {
      final var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (final ReflectiveOperationException e) {
      throw new ConfigException(
          type.getName() + " needs a constructor without parameters that works: " + e.getCause());
    }
  }
}
