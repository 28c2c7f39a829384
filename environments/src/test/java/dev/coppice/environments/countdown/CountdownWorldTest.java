package dev.coppice.environments.countdown;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;

class CountdownWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return Environments.taskset(new EnvironmentConfig("countdown", "held-out", 20, 1, "", ""));
  }
}
