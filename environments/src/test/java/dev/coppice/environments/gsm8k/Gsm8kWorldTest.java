package dev.coppice.environments.gsm8k;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.fixture.SharedData;

class Gsm8kWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return Environments.taskset(
        new EnvironmentConfig(
            "gsm8k", "test", 20, 1, SharedData.find("data/gsm8k").toString(), ""));
  }
}
