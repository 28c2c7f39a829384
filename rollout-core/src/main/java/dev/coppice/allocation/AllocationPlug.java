package dev.coppice.allocation;

import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.PlugOptions;

/**
 * Offers an allocation of the budget by name.
 *
 * @thread any; implementations are stateless.
 */
public interface AllocationPlug extends Plug {
  /** The kind. */
  PlugKind<AllocationPlug> KIND = new PlugKind<>(AllocationPlug.class, "allocation", "allocations");

  /**
   * Makes the allocation of one engine.
   *
   * @param options as this plug declares them.
   * @param trees a group has where nothing else decides: the mean an allocation aims at.
   * @return a new object that has learned nothing.
   */
  GroupAllocation make(PlugOptions options, int trees);
}
