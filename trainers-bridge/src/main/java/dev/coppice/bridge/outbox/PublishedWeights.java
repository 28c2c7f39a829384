package dev.coppice.bridge.outbox;

import java.util.Objects;

/**
 * Names the weights that rollouts sample from.
 *
 * @param version of the weights.
 * @param folder that holds them.
 * @param sha256 of {@code model.safetensors} in it.
 */
public record PublishedWeights(int version, String folder, String sha256) {
  /** Checks that nothing is missing. */
  public PublishedWeights {
    Objects.requireNonNull(folder, "folder is null");
    Objects.requireNonNull(sha256, "sha256 is null");
  }
}
