package dev.coppice.decoder;

/**
 * Holds how a model is computed.
 *
 * @param threads that compute linear layers and attention, at least 1.
 * @param precision of weights, inputs, keys and values.
 * @param device that computes linear layers: {@code cpu}, {@code cuda} or {@code cuda:N}.
 * @param slabTokens the largest number of new tokens computed together; it changes speed and
 *     memory, never a result.
 */
public record DecoderSettings(int threads, Precision precision, String device, int slabTokens) {
  static final int MOST_THREADS = 1024;
  private static final int MOST_SLAB_TOKENS = 4096;

  /** Checks the values. */
  public DecoderSettings {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "threads must be 1 to " + MOST_THREADS + ": threads=" + threads);
    }
    if (!device.matches("cpu|cuda(:\\d{1,3})?")) {
      throw new IllegalArgumentException("device must be cpu, cuda or cuda:N: device=" + device);
    }
    if (slabTokens < 1 || slabTokens > MOST_SLAB_TOKENS) {
      throw new IllegalArgumentException(
          "slabTokens must be 1 to " + MOST_SLAB_TOKENS + ": slabTokens=" + slabTokens);
    }
  }

  /**
   * Returns settings for one thread.
   *
   * @return f32 on the processor, slabs of 256 tokens.
   */
  public static DecoderSettings defaults() {
    return new DecoderSettings(1, Precision.of("f32"), "cpu", 256);
  }

  /**
   * Returns these settings with another number of threads.
   *
   * @param newThreads that compute.
   * @return the settings.
   */
  public DecoderSettings withThreads(final int newThreads) {
    return new DecoderSettings(newThreads, precision, device, slabTokens);
  }

  /**
   * Returns these settings with another type.
   *
   * @param dtype {@code f32} or {@code bf16}.
   * @return the settings.
   */
  public DecoderSettings withDtype(final String dtype) {
    return with(Precision.of(dtype));
  }

  /**
   * Returns these settings with other numbers.
   *
   * @param newPrecision of weights, inputs, keys and values.
   * @return the settings.
   */
  public DecoderSettings with(final Precision newPrecision) {
    return new DecoderSettings(threads, newPrecision, device, slabTokens);
  }
}
