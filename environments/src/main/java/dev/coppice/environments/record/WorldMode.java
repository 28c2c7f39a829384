package dev.coppice.environments.record;

import dev.coppice.environments.fault.Fault;
import dev.coppice.environments.fault.FaultPlan;
import dev.coppice.environments.fault.FaultyTaskset;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.user.RecitingUser;
import dev.coppice.environments.user.SimulatedUser;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Says where the results of tools come from, and puts that in front of a world.
 *
 * @param kind of the source.
 * @param store the folder of recorded results, or null where none is needed.
 * @param faults by kind and share, such as {@code error:0.05}.
 * @param seed of the faults.
 * @param simulator that simulates, or null.
 * @param user who is simulated where a world has scripts for one.
 */
public record WorldMode(
    Kind kind,
    Path store,
    List<String> faults,
    long seed,
    ResultSimulator simulator,
    SimulatedUser user) {
  /** Runs the tools; users recite. */
  public static final WorldMode REAL =
      new WorldMode(Kind.REAL, null, List.of(), 0, null, new RecitingUser());

  /** Names the sources of results. */
  public enum Kind {
    /** The tools. */
    REAL,
    /** The tools, each result kept in the store. */
    RECORD,
    /** The store alone. */
    REPLAY,
    /** A model. */
    SIMULATE,
    /** The tools, some of them broken. */
    FAULT
  }

  /** Checks that what the source needs is there. */
  public WorldMode {
    Objects.requireNonNull(kind, "kind is null");
    Objects.requireNonNull(user, "user is null");
    faults = List.copyOf(faults);
    if (store == null && (kind == Kind.RECORD || kind == Kind.REPLAY)) {
      throw new IllegalArgumentException(
          "world.mode = \"record\" and \"replay\" need world.store: the folder of the results");
    }
    if (simulator == null && kind == Kind.SIMULATE) {
      throw new IllegalArgumentException(
          "world.mode = \"simulate\" needs world.model: the folder of the model that writes the"
              + " results");
    }
    if (faults.isEmpty() == (kind == Kind.FAULT)) {
      throw new IllegalArgumentException(
          "world.faults goes with world.mode = \"fault\", as in [\"error:0.05\"]: faults="
              + faults);
    }
    shares(faults);
  }

  /**
   * Puts the source in front of a world.
   *
   * @param real makes the world; never asked where results are replayed.
   * @return the world as the run sees it.
   * @throws ResultStoreException if the store cannot be used.
   */
  public Taskset over(final Supplier<Taskset> real) {
    return switch (kind) {
      case REAL -> real.get();
      case RECORD -> recording(real.get());
      case REPLAY -> new RecordedTaskset(ResultStore.read(store));
      case SIMULATE ->
          new SimulatedTaskset(
              real.get(), store == null ? null : ResultStore.read(store), simulator);
      case FAULT -> new FaultyTaskset(real.get(), FaultPlan.bySeed(seed, shares(faults)));
    };
  }

  private Taskset recording(final Taskset real) {
    if (real.groupReward() != null) {
      real.close();
      throw new IllegalArgumentException(
          "world.mode = \"record\" keeps the scores of ends, and this world has rewards that see a"
              + " whole group: they could not be replayed");
    }
    final ResultStore kept = ResultStore.write(store);
    try {
      return new RecordingTaskset(real, kept);
    } catch (final RuntimeException e) {
      kept.close();
      throw e;
    }
  }

  private static Map<Fault, Double> shares(final List<String> faults) {
    final Map<Fault, Double> shares = new EnumMap<>(Fault.class);
    for (final String text : faults) {
      final String[] parts = text.split(":", -1);
      final Fault fault = Fault.named(parts[0].strip()).orElseThrow(() -> unreadable(text));
      if (parts.length != 2) {
        throw unreadable(text);
      }
      if (shares.put(fault, share(parts[1].strip(), text)) != null) {
        throw new IllegalArgumentException("world.faults names a kind twice: faults=" + faults);
      }
    }
    if (shares.values().stream().mapToDouble(Double::doubleValue).sum() > 1 + 1e-9) {
      throw new IllegalArgumentException(
          "the shares of world.faults must not exceed 1 together: faults=" + faults);
    }
    return shares;
  }

  private static double share(final String number, final String text) {
    try {
      final double share = Double.parseDouble(number);
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (final NumberFormatException e) {
      throw (IllegalArgumentException) unreadable(text).initCause(e);
    }
    throw new IllegalArgumentException("a share of world.faults must be between 0 and 1: " + text);
  }

  private static IllegalArgumentException unreadable(final String text) {
    return new IllegalArgumentException(
        "world.faults takes KIND:SHARE with the kinds "
            + Fault.names()
            + ", as in \"error:0.05\", not "
            + text);
  }
}
