package dev.coppice.environments.tool;

/**
 * Says who shares what a world draws at random.
 *
 * <p>Drawn by state, equal calls in equal states have one answer, and all samples of a path share
 * it. Drawn by sample, each asks for itself, and the path splits there. A WRITE of a world that does
 * not repeat itself is made once a sample in any case.
 *
 * @param freshCalls whether the answers of all tools are drawn by sample.
 * @param freshJudges whether those of judges and simulated users are.
 */
public record WorldNoise(boolean freshCalls, boolean freshJudges) {
  /** Tools are asked once a state, judges and simulated users once a sample. */
  public static final WorldNoise USUAL = new WorldNoise(false, true);

  /** Is told of the noise before its first episode. */
  public interface Hearer {
    /**
     * Says who shares what is drawn.
     *
     * @param noise of all episodes started from now on.
     */
    void noise(WorldNoise noise);
  }
}
