package dev.coppice.worlds.search;

import dev.coppice.environments.Shared;
import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.world.Taskset;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class SearchContractTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new SearchTaskset(Shared.require("data/multihop-qa"));
  }
}
