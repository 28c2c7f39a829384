package dev.coppice.worlds.load;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.EnvironmentProvider;
import dev.coppice.episode.Environment;
import java.nio.file.Path;

/**
 * Makes {@code replay-load} from a configuration whose path is the folder of the rollouts and whose
 * split, if any, is the speed.
 */
public final class LoadProvider implements EnvironmentProvider {
  /** Makes the provider. */
  public LoadProvider() {}

  @Override
  public String name() {
    return LoadEnvironment.NAME;
  }

  /** A token stands for four characters of a recording, which it does not tell. */
  @Override
  public boolean hasText() {
    return false;
  }

  @Override
  public Environment create(final EnvironmentConfig config) {
    if (config.path().isEmpty()) {
      throw new IllegalArgumentException(
          "replay-load needs environment.path: the folder of the recorded rollouts (*.jsonl)");
    }
    try {
      final double speed =
          config.split().isEmpty()
              ? LoadEnvironment.DEFAULT_SPEED
              : Double.parseDouble(config.split());
      return new LoadEnvironment(Path.of(config.path()), speed);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "replay-load: the split is the speed, a number such as 1000: split=" + config.split());
    }
  }
}
