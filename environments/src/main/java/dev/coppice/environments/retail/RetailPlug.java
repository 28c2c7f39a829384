package dev.coppice.environments.retail;

import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.plug.NamedPlug;
import java.util.List;

/**
 * Offers {@code retail}.
 *
 * @thread any; immutable.
 */
public final class RetailPlug extends NamedPlug implements WorldPlug {
  /** Makes the plug. */
  public RetailPlug() {
    super(
        RetailTaskset.NAME,
        "A shop's customers and orders, with the tasks of tau2-bench's retail.");
  }

  @Override
  public List<String> splits() {
    return List.of("train", "test", "all");
  }

  @Override
  public String usualSplit() {
    return "test";
  }

  @Override
  public String data() {
    return "the folder with db.json, tasks.json and policy.md";
  }

  @Override
  public String usualPath() {
    return "../shared/data/tau2-bench/retail";
  }

  @Override
  public boolean hasUsers() {
    return true;
  }

  @Override
  public Taskset taskset(final TaskRequest request) {
    return new RetailTaskset(request.file(), request.split());
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
