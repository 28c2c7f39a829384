package dev.coppice.remote.trial;

import dev.coppice.model.Tokenizer;
import dev.coppice.remote.probe.ServerException;
import dev.coppice.remote.replica.Replica;

/** Has a server split text, where its model's folder is not at hand. */
final class ServersTokenizer implements Tokenizer {
  private final Replica replica;

  ServersTokenizer(final Replica replica) {
    this.replica = replica;
  }

  @Override
  public int[] encode(final String text) {
    try {
      final int[] ids = replica.speech().control().tokenize(text);
      if (ids == null || ids.length == 0) {
        throw ServerException.lacking(
            "the server splits no text: name its model's folder with --model");
      }
      return ids;
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ServerException.unreachable("interrupted", e);
    }
  }

  @Override
  public String decode(final int[] tokens) {
    throw new UnsupportedOperationException("ids are not read here");
  }

  @Override
  public String piece(final int token) {
    return "";
  }

  @Override
  public int beginToken() {
    return -1;
  }

  @Override
  public int endToken() {
    return -1;
  }

  @Override
  public int vocabularySize() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void close() {
    // The server is somebody else's.
  }
}
