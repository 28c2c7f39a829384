package dev.coppice.worlds.python;

import dev.coppice.environments.contract.WorldContract;
import dev.coppice.environments.toolworld.Taskset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** Starts some interpreters for every episode, one for each fork. */
@Tag("slow")
class PythonContractTest extends WorldContract {
  @BeforeEach
  void find() {
    Sandboxes.require();
  }

  @Override
  protected Taskset taskset() {
    return new PythonTaskset(10, 1, Sandboxes.PATIENT);
  }
}
