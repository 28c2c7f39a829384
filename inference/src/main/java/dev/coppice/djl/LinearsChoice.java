package dev.coppice.djl;

import dev.coppice.djl.kernel.Linears;
import dev.coppice.djl.kernel.PanelLinears;
import dev.coppice.djl.kernel.ThreadCrew;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Chooses what computes linear layers, by the machine alone: measured speed would choose differently
 * from process to process, and the two differ in the last bits.
 *
 * <ul>
 *   <li>our own kernels, where they run: AVX-512 on Linux;
 *   <li>PyTorch's oneDNN elsewhere, and for bf16 where the processor multiplies bf16 itself, which
 *       our kernels do not use.
 * </ul>
 */
final class LinearsChoice {
  /** Overrides the choice: {@code panel} or {@code torch}. */
  private static final String PROPERTY = "coppice.linears";

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private LinearsChoice() {}

  static Linears open(final DjlSettings settings, final ThreadCrew crew) {
    final boolean bf16 = settings.dtype().equals("bf16");
    final boolean own =
        switch (System.getProperty(PROPERTY, "")) {
          case "panel" -> true;
          case "torch" -> false;
          default -> PanelLinears.available() && !(bf16 && multipliesBf16());
        };
    return own
        ? new PanelLinears(crew, bf16)
        : new TorchLinears(settings.threads(), bf16, settings.slabTokens());
  }

  /** Opens what packs the same way, for a thread beside the engine's; it computes nothing. */
  static Linears forPacking(final DjlSettings settings) {
    return open(settings.withThreads(1), new ThreadCrew(1));
  }

  private static boolean multipliesBf16() {
    try {
      return Files.exists(PROCESSORS) && Files.readString(PROCESSORS).contains(" avx512_bf16");
    } catch (final IOException e) {
      return false;
    }
  }
}
