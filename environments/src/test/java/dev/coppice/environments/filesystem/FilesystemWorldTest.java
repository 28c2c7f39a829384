package dev.coppice.environments.filesystem;

import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.fixture.SharedData;

class FilesystemWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new FilesystemTaskset(SharedData.find("data/bfcl"));
  }
}
