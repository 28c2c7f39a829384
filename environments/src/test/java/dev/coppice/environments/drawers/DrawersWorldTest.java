package dev.coppice.environments.drawers;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;

class DrawersWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return Environments.taskset(new EnvironmentConfig("drawers", "held-out", 20, 1, "", ""));
  }
}
