package dev.coppice.decoder;

/**
 * Holds how a model is computed.
 *
 * @param threads that compute linear layers and attention, at least 1.
 * @param dtype {@code f32}, or {@code bf16} for weights of the linear layers in bf16 and keys and
 *     values in half floats; everything else, all sums included, is f32 in either.
 * @param device that computes linear layers: {@code cpu}, {@code cuda} or {@code cuda:N}.
 * @param slabTokens the largest number of new tokens computed together; it changes speed and
 *     memory, never a result.
 */
public record DecoderSettings(int threads, String dtype, String device, int slabTokens) {
  static final int MOST_THREADS = 1024;
  private static final int MOST_SLAB_TOKENS = 4096;

  /** Checks the values. */
  public DecoderSettings {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "threads must be 1 to " + MOST_THREADS + ": threads=" + threads);
    }
    if (!dtype.equals("f32") && !dtype.equals("bf16")) {
      throw new IllegalArgumentException("dtype must be f32 or bf16: dtype=" + dtype);
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
   * Says how keys and values are kept.
   *
   * @return whether as half floats.
   */
  boolean half() {
    return dtype.equals("bf16");
  }

  /**
   * Returns settings for one thread.
   *
   * @return f32 on the processor, slabs of 256 tokens.
   */
  public static DecoderSettings defaults() {
    return new DecoderSettings(1, "f32", "cpu", 256);
  }

  /**
   * Returns these settings with another number of threads.
   *
   * @param newThreads that compute.
   * @return the settings.
   */
  public DecoderSettings withThreads(final int newThreads) {
    return new DecoderSettings(newThreads, dtype, device, slabTokens);
  }

  /**
   * Returns these settings with another type.
   *
   * @param newDtype {@code f32} or {@code bf16}.
   * @return the settings.
   */
  public DecoderSettings withDtype(final String newDtype) {
    return new DecoderSettings(threads, newDtype, device, slabTokens);
  }
}
