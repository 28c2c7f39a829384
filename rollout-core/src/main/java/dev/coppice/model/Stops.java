package dev.coppice.model;

import java.util.List;

/**
 * Says what ends an answer; a runner that answers one token at a time need not look.
 *
 * <p>A runner may answer beyond a stop: the core cuts there and books the rest as discarded.
 *
 * @param endToken the token that ends a sequence, or -1.
 * @param texts that end a tool call or an answer, none of them empty.
 */
public record Stops(int endToken, List<String> texts) {
  /** Keeps a copy. */
  public Stops {
    texts = List.copyOf(texts);
  }
}
