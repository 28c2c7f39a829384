package dev.coppice.decoder.batch;

import dev.coppice.kvcache.CacheNamespace;

/**
 * Holds what the embedded model knows of one tree: the version of its keys and values, and how long
 * it has held blocks.
 *
 * @thread the engine thread.
 */
final class GrownTree {
  final int number;
  final int group;
  CacheNamespace namespace;
  int sequences;
  long heldNs;

  GrownTree(final int number, final int group) {
    this.number = number;
    this.group = group;
  }

  int version() {
    return namespace.policyVersion();
  }
}
