package dev.coppice.decoder.kernel;

/** Holds one linear layer in the form of the {@link Linears} that packed it. */
public interface PackedLayer extends AutoCloseable {
  /** Frees the weights. */
  @Override
  void close();
}
