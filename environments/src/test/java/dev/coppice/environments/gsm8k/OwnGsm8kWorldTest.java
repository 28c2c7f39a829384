package dev.coppice.environments.gsm8k;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.fixture.OwnData;

/** Holds the contract over tasks of our own, which every clone has. */
class OwnGsm8kWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return Environments.taskset(
        new EnvironmentConfig(
            "gsm8k", "test", 0, 1, OwnData.find(Environments.class, "own/gsm8k").toString(), ""));
  }
}
