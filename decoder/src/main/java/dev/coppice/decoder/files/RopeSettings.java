package dev.coppice.decoder.files;

/**
 * Holds how positions turn queries and keys.
 *
 * <p>{@code angle(p, i) = p * f(i)}, {@code f(i) = theta^(-2i/D)}, and by type: {@code linear}
 * divides all {@code f} by {@code factor}; {@code llama3} divides those of long wavelength and
 * blends the middle; {@code dynamic} equals {@code default} up to {@code originalContext}, which is
 * therefore the context here.
 *
 * @param type one of default, linear, dynamic, llama3.
 * @param theta the base.
 * @param factor of linear, dynamic and llama3; 1 for default.
 * @param lowFactor of llama3: wavelengths above {@code originalContext / lowFactor} are divided.
 * @param highFactor of llama3: wavelengths below {@code originalContext / highFactor} are kept.
 * @param originalContext tokens of the context before scaling.
 * @source transformers, modeling_rope_utils.
 */
public record RopeSettings(
    String type,
    double theta,
    double factor,
    double lowFactor,
    double highFactor,
    int originalContext) {

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
            default -> base;
          };
    }
    return frequencies;
  }

  private float llama3(final float base) {
    final double wavelength = 2 * Math.PI / base;
    if (wavelength > originalContext / lowFactor) {
      return (float) (base / factor);
    }
    if (wavelength < originalContext / highFactor) {
      return base;
    }
    final double smooth = (originalContext / wavelength - lowFactor) / (highFactor - lowFactor);
    return (float) ((1 - smooth) * base / factor + smooth * base);
  }
}
