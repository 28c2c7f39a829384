package dev.coppice.worlds.pyenv;

import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.episode.Dialect;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Offers environments that are written in Python: a file, rows, a package's by name, a module's.
 *
 * @thread any; immutable.
 */
public final class PythonEnvPlug extends NamedPlug implements WorldPlug {
  private static final int BYTES_PER_MIB = 20;
  private static final List<String> PACKAGES =
      List.of(
          "reasoning-gym/",
          "textarena/",
          "gymnasium/",
          "skyrl/",
          "verifiers/",
          "openenv/",
          "nemo-gym/",
          "tau2/");
  private static final List<String> FILES = List.of(".py", ".jsonl", ".parquet", ".json");

  /** A turn that ends without a call is the answer, whole: reward functions read completions. */
  private static final CallFormat FORMAT =
      new CallFormat(
          new Dialect(
              CallFormat.TAGS.dialect().callOpen(),
              CallFormat.TAGS.dialect().callClose(),
              "",
              "",
              Dialect.Ending.JSON,
              1),
          CallFormat.TAGS.observationOpen(),
          CallFormat.TAGS.observationClose());

  /** Makes the plug. */
  public PythonEnvPlug() {
    super(
        PythonEnvTaskset.NAME,
        "Any Python environment: FILE.py, ROWS.jsonl, reasoning-gym/NAME, textarena/ID,"
            + " gymnasium/ID, verifiers/ID...",
        declared());
  }

  private static PlugOption[] declared() {
    return Stream.concat(Stream.of(kinds()), Stream.of(bounds())).toArray(PlugOption[]::new);
  }

  private static PlugOption[] kinds() {
    return new PlugOption[] {
      PlugOption.text(
          "environment",
          PlugOption.Type.TEXT,
          "",
          "The environment; task.environment may name it itself."),
      PlugOption.text("config", PlugOption.Type.TEXT, "", "Its configuration, a JSON object."),
      PlugOption.text(
          "python",
          PlugOption.Type.TEXT,
          "",
          "Interpreter; empty for the active virtual environment's, else python3."),
      PlugOption.choice(
          "sandbox",
          "What holds it: bubblewrap, or none: then its code and the tools reach your files, the"
              + " network and other processes.",
          "bubblewrap",
          "none"),
      PlugOption.choice(
          "copy",
          "How states are copied: by fork where that copies everything; stateless and pickle,"
              + " within one process, where ./coppice check says that they hold; replay.",
          "fork",
          "stateless",
          "pickle",
          "replay")
    };
  }

  private static PlugOption[] bounds() {
    return new PlugOption[] {
      PlugOption.whole(
          "memory-mb",
          1_024,
          new PlugOption.Range(0, 1 << 20),
          "Memory that one state may take beyond what it shares, in MiB; 0 for no bound."),
      PlugOption.whole(
          "processes", 64, new PlugOption.Range(1, 4_096), "Processes that one state may have."),
      PlugOption.whole(
          "call-timeout-ms",
          30_000,
          new PlugOption.Range(1, Integer.MAX_VALUE),
          "Time for one call, in milliseconds; limits.call-deadline-ms is usually shorter."),
      PlugOption.whole(
          "reward-timeout-ms",
          60_000,
          new PlugOption.Range(1, Integer.MAX_VALUE),
          "Time for one scoring, in milliseconds; limits.call-deadline-ms binds it too, the wait for"
              + " others included."),
      PlugOption.whole(
          "rewards-at-once",
          0,
          new PlugOption.Range(0, 1 << 16),
          "Most scorings at a time, as a slow judge wants; 0 for no bound."),
      PlugOption.whole(
          "start-timeout-ms",
          120_000,
          new PlugOption.Range(1, Integer.MAX_VALUE),
          "Time for imports, in milliseconds."),
      PlugOption.flag("network", false, "Whether the sandbox reaches the network."),
      PlugOption.texts("readable", List.of(), "Further files and folders the sandbox shows."),
      PlugOption.flag(
          "repeatable", true, "Whether equal calls in equal states always have equal answers."),
      PlugOption.flag("log", false, "Whether what it prints is shown on standard error.")
    };
  }

  @Override
  public Map<String, Object> aliased(final String name) {
    final boolean isFile = FILES.stream().anyMatch(name::endsWith);
    final boolean isPackaged = PACKAGES.stream().anyMatch(name::startsWith);
    return isFile || isPackaged ? Map.of("environment", name) : Map.of();
  }

  @Override
  public boolean hasUsers() {
    return true;
  }

  @Override
  public CallFormat format() {
    return FORMAT;
  }

  @Override
  public Taskset taskset(final TaskRequest request) {
    final PlugOptions options = request.options();
    final String environment = options.text("environment");
    if (environment.isEmpty()) {
      throw new IllegalArgumentException(
          "python-env needs an environment: name it by task.environment, as in my_env.py or"
              + " reasoning-gym/countdown");
    }
    return new PythonEnvTaskset(settings(located(environment), options), request.seed());
  }

  /** Finds a file here or in the project. */
  private static String located(final String name) {
    if (FILES.stream().noneMatch(name::endsWith)) {
      return name;
    }
    final Path here = Path.of(name).toAbsolutePath().normalize();
    final String home = System.getenv("COPPICE_HOME");
    final Path project = home == null ? here : Path.of(home).resolve(name);
    final Path file = Files.exists(here) ? here : project;
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("there is no such environment: no file " + here);
    }
    return file.toString();
  }

  private static HostSettings settings(final String environment, final PlugOptions options) {
    final String config = options.text("config");
    return new HostSettings(
        environment,
        config.isBlank() ? Map.of() : config(config),
        new HostSettings.Start(
            options.text("python"),
            options.is("sandbox", "bubblewrap"),
            options.flag("network"),
            options.texts("readable"),
            options.flag("log")),
        new HostSettings.Limits(
            options.count("processes"),
            options.whole("memory-mb") << BYTES_PER_MIB,
            options.count("start-timeout-ms"),
            options.count("call-timeout-ms"),
            new HostSettings.Scoring(
                options.count("reward-timeout-ms"), options.count("rewards-at-once"))),
        HostSettings.Copy.valueOf(options.text("copy").toUpperCase(Locale.ROOT)),
        options.flag("repeatable"));
  }

  private static Map<String, Object> config(final String json) {
    try {
      return CanonicalJson.read(json);
    } catch (final IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "task.python-env.config must be a JSON object: " + e.getMessage(), e);
    }
  }
}
