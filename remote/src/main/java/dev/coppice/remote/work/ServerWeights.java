package dev.coppice.remote.work;

import dev.coppice.model.WeightsException;
import dev.coppice.remote.replica.Replica;
import dev.coppice.remote.replica.Replicas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Has all servers go over to other weights, or takes note that a trainer did so.
 *
 * @thread one at a time, never the engine thread.
 */
final class ServerWeights {
  private final Replicas replicas;
  private final boolean isTold;

  /** Makes the way to new weights: pushed by us, or told to us by a trainer that updates servers itself. */
  ServerWeights(final Replicas replicas, final boolean isTold) {
    this.replicas = replicas;
    this.isTold = isTold;
  }

  /** Refuses before anything is held what cannot work. */
  void check(final Path folder) throws InterruptedException {
    if (isTold) {
      return;
    }
    for (final Replica replica : replicas.all()) {
      final String lack = replica.speech().control().lackForWeights();
      if (lack != null) {
        throw refused(folder, replica + " takes no new weights: " + lack);
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      // A server that is sent to a wrong folder may die of it.
      final boolean hasWeights = files.anyMatch(file -> file.toString().endsWith(".safetensors"));
      if (!hasWeights || !Files.exists(folder.resolve("config.json"))) {
        throw refused(folder, "config.json or a .safetensors file is missing");
      }
    } catch (final IOException e) {
      throw refused(folder, e.toString());
    }
  }

  /** Has every server that is up go over; no request is under way. */
  void use(final Path folder, final String label) throws InterruptedException {
    int done = 0;
    for (final Replica replica : replicas.all()) {
      if (!replica.isUp()) {
        // It would come back with its old weights.
        throw refused(folder, replica + " is down; wait until it is back, or leave it out");
      }
      try {
        if (isTold) {
          replica.speech().control().dropCache();
        } else {
          replica.speech().control().useWeights(folder.toAbsolutePath(), label);
        }
        if (!replicas.answers(replica)) {
          throw new IOException("it answers no probe with them");
        }
        done++;
      } catch (final IOException e) {
        final String partly =
            done == 0 ? "" : "; " + done + " servers have them already: start all of them anew";
        throw refused(folder, replica + ": " + e.getMessage() + partly);
      }
      replica.forget();
    }
  }

  static WeightsException refused(final Path folder, final String why) {
    return new WeightsException("the weights in " + folder + " are refused: " + why, null);
  }
}
