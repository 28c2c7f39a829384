package dev.coppice.environments.fault;

import dev.coppice.environments.forwarding.ForwardingTaskset;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;

/**
 * Wraps a world whose tools break as planned; what breaks says so by its provenance.
 *
 * <p>A call that breaks does not reach the world: its state stays as it was. A hang is injected as
 * its outcome, a timeout, without the waiting.
 *
 * @thread as the wrapped task set.
 */
public final class FaultyTaskset extends ForwardingTaskset {
  private final FaultPlan plan;

  /**
   * Wraps a world.
   *
   * @param base to wrap; closed with this one.
   * @param plan of the faults.
   */
  public FaultyTaskset(final Taskset base, final FaultPlan plan) {
    super(base);
    this.plan = plan;
  }

  @Override
  public ToolWorld open() {
    return new FaultyWorld(base().open(), plan);
  }
}
