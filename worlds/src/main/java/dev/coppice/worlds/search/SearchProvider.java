package dev.coppice.worlds.search;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.TasksetProvider;
import dev.coppice.environments.toolworld.Taskset;
import java.nio.file.Path;

/** Makes {@code search} from a configuration whose path is the folder of the data. */
public final class SearchProvider implements TasksetProvider {
  /** Makes the provider. */
  public SearchProvider() {}

  @Override
  public String name() {
    return SearchTaskset.NAME;
  }

  @Override
  public Taskset open(final EnvironmentConfig config) {
    if (config.path().isEmpty()) {
      throw new IllegalArgumentException(
          "search needs environment.path: the folder with hotpotqa_distractor_60.jsonl");
    }
    return new SearchTaskset(Path.of(config.path()));
  }
}
