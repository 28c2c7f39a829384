package dev.coppice.environments.filesystem;

import dev.coppice.environments.Environments;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.fixture.OwnData;

/** Holds the contract over tasks of our own, which every clone has. */
class OwnFilesystemWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new FilesystemTaskset(OwnData.find(Environments.class, "own/filesystem"));
  }
}
