package dev.coppice.environments.retail;

import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.user.RecitingUser;
import dev.coppice.environments.user.UserTaskset;
import dev.coppice.fixture.SharedData;

class RetailWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new UserTaskset(
        new RetailTaskset(SharedData.find("data/tau2-bench/retail"), "all"), new RecitingUser());
  }
}
