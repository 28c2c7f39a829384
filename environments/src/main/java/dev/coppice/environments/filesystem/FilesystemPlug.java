package dev.coppice.environments.filesystem;

import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.plug.NamedPlug;

/**
 * Offers {@code filesystem}.
 *
 * @thread any; immutable.
 */
public final class FilesystemPlug extends NamedPlug implements WorldPlug {
  /** Makes the plug. */
  public FilesystemPlug() {
    super(
        FilesystemTaskset.NAME,
        "Files and folders in memory, with the tasks of BFCL's file system.");
  }

  @Override
  public String data() {
    return "the folder with BFCL_v4_multi_turn_base.json";
  }

  @Override
  public String usualPath() {
    return "../shared/data/bfcl";
  }

  @Override
  public Taskset taskset(final TaskRequest request) {
    return new FilesystemTaskset(request.file());
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
