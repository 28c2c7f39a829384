package dev.coppice.remote.protocol;

import dev.coppice.model.Work;

/**
 * Asks a server to continue one path: a segment of one draw.
 *
 * @param id of the request, unique in the run.
 * @param path of token ids, each checked to be in the vocabulary; not to be changed.
 * @param mostTokens to be sampled, at least 1.
 * @param seed of the server's generator, at least 0.
 * @param want of the answer.
 * @param place where it is computed.
 */
public record ServerRequest(
    String id, int[] path, int mostTokens, long seed, Want want, Place place) {
  /** Stands for the whole row of the vocabulary. */
  public static final int WHOLE_ROW = -1;

  /**
   * Says what is wanted.
   *
   * @param terms of sampling and stops.
   * @param top the number of likeliest tokens wanted at each position: 0 for the sampled one alone,
   *     or {@link #WHOLE_ROW}.
   * @param vocabularySize the number of token ids.
   */
  public record Want(Work.Terms terms, int top, int vocabularySize) {}

  /**
   * Says where it is computed.
   *
   * @param model the name the server knows it by.
   * @param salt of the server's cache: requests of different salts share nothing.
   * @param slot of a server that has slots, or -1.
   */
  public record Place(String model, String salt, int slot) {}
}
