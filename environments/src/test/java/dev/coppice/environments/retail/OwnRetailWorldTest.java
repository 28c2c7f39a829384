package dev.coppice.environments.retail;

import dev.coppice.environments.Environments;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.fixture.OwnData;

/** Holds the contract over tasks of our own, which every clone has. */
class OwnRetailWorldTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new RetailTaskset(OwnData.find(Environments.class, "own/retail"), "all");
  }
}
