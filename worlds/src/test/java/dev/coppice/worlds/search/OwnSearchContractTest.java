package dev.coppice.worlds.search;

import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Holds the contract over questions of our own, which every clone has. */
class OwnSearchContractTest extends WorldContract {
  @TempDir static Path folder;

  @Override
  protected Taskset taskset() {
    return new SearchTaskset(OwnQuestions.in(folder));
  }
}
