package dev.coppice.environments.fault;

import dev.coppice.environments.canonical.StateDigest;
import java.util.EnumMap;
import java.util.Map;

/** Draws faults by a hash of the seed, the task, the state and the call. */
final class SeededFaults implements FaultPlan {
  private static final int RANDOM_BITS = 53;
  private static final int HEXADECIMAL = 16;

  private final long seed;
  private final Map<Fault, Double> shares = new EnumMap<>(Fault.class);

  SeededFaults(final long seed, final Map<Fault, Double> shares) {
    this.seed = seed;
    this.shares.putAll(shares);
    double total = 0;
    for (final double share : this.shares.values()) {
      if (!(share >= 0)) {
        throw new IllegalArgumentException("a share must not be negative: shares=" + shares);
      }
      total += share;
    }
    if (total > 1 + 1e-9) {
      throw new IllegalArgumentException("shares must not exceed 1 together: shares=" + shares);
    }
  }

  @Override
  public Fault fault(final String task, final String digest, final String text) {
    final String key = seed + "\0" + task + "\0" + digest + "\0" + text;
    final long bits = Long.parseUnsignedLong(StateDigest.of(key), HEXADECIMAL);
    double draw = (bits >>> (Long.SIZE - RANDOM_BITS)) * 0x1.0p-53;
    for (final Map.Entry<Fault, Double> entry : shares.entrySet()) {
      draw -= entry.getValue();
      if (draw < 0) {
        return entry.getKey();
      }
    }
    return Fault.NONE;
  }
}
