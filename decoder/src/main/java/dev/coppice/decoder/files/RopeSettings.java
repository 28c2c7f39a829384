package dev.coppice.decoder.files;

import java.util.List;

/**
 * Holds how positions turn queries and keys.
 *
 * <p>{@code angle(p, i) = p * f(i)}, {@code f(i) = theta^(-2i/D)}, and by type: {@code linear}
 * divides all {@code f} by {@code factor}; {@code llama3} divides those of long wavelength and
 * blends the middle; {@code dynamic} equals {@code default} up to {@code originalContext}, which is
 * therefore the context here. {@code divisors} divides each by a number of its own: what a GGUF file
 * keeps of {@code llama3}.
 *
 * @param type one of default, linear, dynamic, llama3, divisors.
 * @param theta the base.
 * @param factor of linear, dynamic and llama3; 1 for default.
 * @param band of llama3.
 * @param originalContext tokens of the context before scaling.
 * @param divisors one a frequency, or none.
 * @source transformers, modeling_rope_utils.
 */
public record RopeSettings(
    String type,
    double theta,
    double factor,
    Band band,
    int originalContext,
    List<Float> divisors) {
  /** Keeps a copy. */
  public RopeSettings {
    divisors = List.copyOf(divisors);
  }

  /**
   * Bounds the frequencies that llama3 blends.
   *
   * @param low wavelengths above {@code originalContext / low} are divided.
   * @param high wavelengths below {@code originalContext / high} are kept.
   */
  public record Band(double low, double high) {
    /** The band where none is given. */
    public static final Band DEFAULT = new Band(1, 4);
  }

  /**
   * Returns settings without scaling.
   *
   * @param theta the base.
   * @param context tokens of the context.
   * @return the settings.
   */
  public static RopeSettings plain(final double theta, final int context) {
    return new RopeSettings("default", theta, 1, Band.DEFAULT, context, List.of());
  }

  /**
   * Computes the frequencies.
   *
   * @param headDim size of one head.
   * @return the angle per position of each pair, {@code headDim / 2} values in single precision.
   */
  public float[] inverseFrequencies(final int headDim) {
    final float[] frequencies = new float[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      final float base = (float) (1 / Math.pow(theta, (float) (2 * i) / headDim));
      frequencies[i] =
          switch (type) {
            case "linear" -> (float) (base / factor);
            case "llama3" -> llama3(base);
            case "divisors" -> base / divisors.get(i);
            default -> base;
          };
    }
    return frequencies;
  }

  private float llama3(final float base) {
    final double wavelength = 2 * Math.PI / base;
    if (wavelength > originalContext / band.low) {
      return (float) (base / factor);
    }
    if (wavelength < originalContext / band.high) {
      return base;
    }
    final double smooth = (originalContext / wavelength - band.low) / (band.high - band.low);
    return (float) ((1 - smooth) * base / factor + smooth * base);
  }
}
