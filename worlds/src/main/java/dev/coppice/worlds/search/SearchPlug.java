package dev.coppice.worlds.search;

import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.plug.NamedPlug;

/**
 * Offers {@code search}.
 *
 * @thread any; immutable.
 */
public final class SearchPlug extends NamedPlug implements WorldPlug {
  /** Makes the plug. */
  public SearchPlug() {
    super(SearchTaskset.NAME, "Questions of HotpotQA over an index of their passages.");
  }

  @Override
  public String data() {
    return "the folder with hotpotqa_distractor_60.jsonl";
  }

  @Override
  public String usualPath() {
    return "../shared/data/multihop-qa";
  }

  @Override
  public Taskset taskset(final TaskRequest request) {
    return new SearchTaskset(request.file());
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
