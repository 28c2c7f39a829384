package dev.coppice.environments.retail;

import dev.coppice.environments.Shared;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.world.Taskset;

class RetailWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new RetailTasks(Shared.require("data/tau2-bench/retail"), "all");
  }
}
