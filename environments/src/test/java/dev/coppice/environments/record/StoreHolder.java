package dev.coppice.environments.record;

import java.nio.file.Path;

/** Holds a store open in a process of its own until its input ends. */
public final class StoreHolder {
  private StoreHolder() {}

  /** Opens the store of the folder named first, says so, and waits. */
  public static void main(final String[] arguments) throws Exception {
    try (ResultStore store = ResultStore.write(Path.of(arguments[0]))) {
      System.out.println("open " + store.size());
      while (System.in.read() >= 0) {
        // Whoever started this closes its input.
      }
    }
  }
}
