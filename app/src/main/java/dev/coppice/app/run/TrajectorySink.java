package dev.coppice.app.run;

import dev.coppice.app.folder.StoredTree;
import java.util.List;

/**
 * Takes groups that are kept in the traces, to offer them to a trainer.
 *
 * @thread the writer thread; closed by the caller's after it ended.
 */
interface TrajectorySink extends AutoCloseable {
  /** Takes the trees of one group. */
  void add(List<StoredTree> group);

  @Override
  void close();
}
