package dev.coppice.environments.filesystem;

import dev.coppice.environments.Shared;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.world.Taskset;

class FilesystemWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new FilesystemTasks(Shared.require("data/bfcl"));
  }
}
