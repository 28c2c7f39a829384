package dev.coppice.worlds.search;

import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.fixture.SharedData;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class SearchContractTest extends WorldContract {
  @Override
  protected Taskset taskset() {
    return new SearchTaskset(SharedData.find("data/multihop-qa"));
  }
}
