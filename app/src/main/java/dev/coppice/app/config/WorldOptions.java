package dev.coppice.app.config;

import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the options of an environment: {@code python} and {@code sandbox} are keys of the section {@code
 * world}, the rest are keys of its own. How calls of its tools are written is the section {@code calls}.
 */
public final class WorldOptions {
  /**
   * Says where the results of tools come from.
   *
   * @param mode of the world.
   * @param store of recorded results.
   * @param faults that are injected.
   * @param seed of the faults.
   * @param model that imagines.
   * @param user who plays a simulated user.
   * @param judge whom rewards ask.
   * @param noise says who shares what the world draws at random.
   * @param judges says the same of judges and simulated users.
   * @param python that runs Python environments.
   * @param sandbox that holds them.
   */
  public record World(
      @Key(
              value =
                  "Where results of tools come from: the tools; the tools, recorded; recordings"
                      + " alone; a model; the tools, some broken.",
              choices = {"real", "record", "replay", "simulate", "fault"})
          String mode,
      @Key("Folder of recorded results: written by 'record', read by 'replay' and 'simulate'.")
          String store,
      @Key(
              "Faults of 'fault' by kind and share, as in [\"error:0.05\", \"timeout:0.02\"]; kinds"
                  + " are error, malformed, oversize, silence and timeout.")
          List<String> faults,
      @Key("Seed of the faults.") long seed,
      @Key("Model folder of the model that imagines in 'simulate'.") String model,
      @Key(
              "Who plays simulated users: a model folder, or an engine's address as"
                  + " http://HOST:PORT#MODEL; empty: they recite by rule.")
          String user,
      @Key("Who answers what reward functions ask a judge: a model folder, or an engine's address.")
          String judge,
      @Key(
              value =
                  "With tree.coalesce, what samples of one path share of a world's noise: common,"
                      + " one call for all of them, or fresh, a call for each, where the path"
                      + " splits.",
              choices = {"common", "fresh"})
          String noise,
      @Key(
              value =
                  "The same for judges and simulated users. Shared, their noise makes samples count"
                      + " for less.",
              choices = {"fresh", "common"})
          String judges,
      @Key(
              "Interpreter of Python environments; empty for the active virtual environment's, else"
                  + " python3.")
          String python,
      @Key(
              value =
                  "What holds Python environments: bubblewrap, or none: then their code and the"
                      + " tools reach your files, the network and other processes.",
              choices = {"bubblewrap", "none"})
          String sandbox) {
    /** Keeps a copy. */
    public World {
      faults = List.copyOf(faults);
    }

    /**
     * Copies the section as somebody needs it who only reads.
     *
     * @return a copy that replays what this one records, and is this one otherwise.
     */
    public World reading() {
      return mode.equals("record")
          ? new World("replay", store, faults, seed, model, "", "", noise, judges, python, sandbox)
          : this;
    }
  }

  private static final Set<String> SHARED = Set.of("python", "sandbox");

  private WorldOptions() {}

  /**
   * Says how the model writes calls of tools.
   *
   * @param dialect by name.
   * @param perTurn the most calls.
   * @param open of the declared dialect.
   * @param close of the declared dialect.
   * @param nameKey of the declared dialect.
   * @param argumentsKey of the declared dialect.
   */
  public record Calls(
      @Key(
              value =
                  "How the model writes calls. auto is what its chat template writes, and without"
                      + " one the environment's own; declared takes the marks and keys below.",
              choices = {
                "auto",
                "hermes",
                "llama3",
                "pythonic",
                "mistral",
                "mistral-args",
                "declared"
              })
          String dialect,
      @Key(
              value =
                  "Most calls of one turn, answered together. With 1 the first call ends the turn;"
                      + " with more it goes on while calls follow one another, to its end token.",
              min = 1,
              max = 128)
          int perTurn,
      @Key("Begins a call, or a list of calls, in the declared dialect.") String open,
      @Key("Ends it; empty where its bracket does.") String close,
      @Key("Key of a tool's name in the declared dialect.") String nameKey,
      @Key("Key of its arguments.") String argumentsKey) {
    /** The usual values. */
    static final Calls DEFAULT =
        new Calls("auto", 1, "<tool_call>", "</tool_call>", "name", "arguments");
  }

  /**
   * Makes the options of an environment.
   *
   * @param config of the run.
   * @param plug of the environment.
   * @param named what the name of the environment stands for.
   * @return its options, checked.
   */
  public static PlugOptions of(
      final RunConfig config, final EnvironmentPlug plug, final Map<String, Object> named) {
    final String section = PlugSection.ENVIRONMENTS.section() + "." + plug.name();
    final Map<String, Object> values =
        new HashMap<>(config.plugs().bySection().getOrDefault(section, Map.of()));
    for (final PlugOption option : plug.options()) {
      if (isShared(option)) {
        values.put(option.name(), valueOf(option.name(), config.world()));
      }
    }
    values.putAll(named);
    return PlugOptions.of(EnvironmentPlug.KIND, plug, values);
  }

  private static String valueOf(final String name, final World world) {
    return name.equals("python") ? world.python() : world.sandbox();
  }

  /** Returns whether an option is a key of the section {@code world}. */
  static boolean isShared(final PlugOption option) {
    return SHARED.contains(option.name());
  }

  /**
   * Returns the key of an option that stands in the section {@code world}.
   *
   * @param option of an environment.
   * @return the dotted key, or null where the option has a key of its own.
   */
  public static String sharedKey(final PlugOption option) {
    return isShared(option) ? "world." + option.name() : null;
  }

  /** Returns the environment that asks rows, where there are rows, else the one that is named. */
  static String environmentOf(final String environment, final String data) {
    if (data.isEmpty()) {
      return environment;
    }
    if (!environment.equals("drawers") && !environment.equals("python-env")) {
      throw new IllegalArgumentException(
          "task.data has tasks of its own, and needs no task.environment: environment="
              + environment
              + " data="
              + data);
    }
    return "python-env";
  }

  /** Checks that tasks and groups can be numbered. */
  static void requireNumbers(final int first, final int count, final int repeats) {
    if ((long) first + count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "task.first + task.count must be at most "
              + Integer.MAX_VALUE
              + ": first="
              + first
              + " count="
              + count);
    }
    if ((long) count * repeats > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "task.count x task.repeats must be at most "
              + Integer.MAX_VALUE
              + " groups: count="
              + count
              + " repeats="
              + repeats);
    }
  }
}
