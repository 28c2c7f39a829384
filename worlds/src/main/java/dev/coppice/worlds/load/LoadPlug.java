package dev.coppice.worlds.load;

import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.TaskRequest;
import dev.coppice.episode.Environment;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;

/**
 * Offers {@code replay-load}; the path is the folder of the rollouts, and the split, if any, the speed.
 *
 * @thread any; immutable.
 */
public final class LoadPlug extends NamedPlug implements EnvironmentPlug {
  /** Makes the plug. */
  public LoadPlug() {
    super(
        LoadEnvironment.NAME,
        "Recorded rollouts played again as a load, tool times included.",
        PlugOption.number(
            "speed",
            LoadEnvironment.DEFAULT_SPEED,
            new Range(0, 1e9),
            "How many times faster than recorded tools answer; task.split, if given, wins."));
  }

  @Override
  public String data() {
    return "the folder of the recorded rollouts (*.jsonl)";
  }

  /** A token stands for four characters of a recording, which it does not tell. */
  @Override
  public boolean takesPrompt() {
    return false;
  }

  @Override
  public boolean hasText() {
    return false;
  }

  @Override
  public Environment open(final TaskRequest request) {
    try {
      final double speed =
          request.split().isEmpty()
              ? request.options().number("speed")
              : Double.parseDouble(request.split());
      return new LoadEnvironment(request.file(), speed);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "replay-load: the split is the speed, a number such as 1000: split=" + request.split());
    }
  }
}
