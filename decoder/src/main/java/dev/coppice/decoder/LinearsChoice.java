package dev.coppice.decoder;

import ai.djl.Device;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.kernel.Linears;
import dev.coppice.decoder.kernel.PanelLinears;
import dev.coppice.decoder.kernel.WorkerPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Chooses what computes linear layers, by device and machine alone: measured speed would choose
 * differently from process to process, and the ways differ in the last bits.
 *
 * <ul>
 *   <li>PyTorch's plain linear on a device other than the processor;
 *   <li>our own kernels, where they run: AVX-512 on Linux;
 *   <li>PyTorch's oneDNN elsewhere, and for bf16 where the processor multiplies bf16 itself, which
 *       our kernels do not use.
 * </ul>
 */
enum LinearsChoice {
  /** Our own kernels. */
  PANEL,
  /** PyTorch's oneDNN. */
  TORCH,
  /** PyTorch's plain linear. */
  PLAIN;

  /** Overrides the choice on the processor: {@code panel}, {@code torch} or {@code plain}. */
  static final String PROPERTY = "coppice.linears";

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private static LinearsChoice of(final DecoderSettings settings) {
    if (!settings.device().equals("cpu")) {
      return PLAIN;
    }
    final String wanted = System.getProperty(PROPERTY, "");
    if (!wanted.isEmpty()) {
      return valueOf(wanted.toUpperCase(Locale.ROOT));
    }
    return PanelLinears.available() && !(settings.half() && multipliesBf16()) ? PANEL : TORCH;
  }

  static Linears open(final DecoderSettings settings, final WorkerPool workers) {
    final LinearsChoice choice = of(settings);
    if (choice == PANEL) {
      return new PanelLinears(workers, settings.half());
    }
    final TorchLinears.Mode mode =
        new TorchLinears.Mode(
            settings.threads(), settings.half(), device(settings), choice == TORCH);
    return new TorchLinears(mode, settings.slabTokens());
  }

  private static Device device(final DecoderSettings settings) {
    return switch (settings.device()) {
      case "cpu" -> Device.cpu();
      case "cuda" -> Device.gpu();
      default -> Device.gpu(Integer.parseInt(settings.device().substring("cuda:".length())));
    };
  }

  /** Opens what packs the same way, for a thread beside the engine's; it computes nothing. */
  static Linears forPacking(final DecoderSettings settings) {
    return open(settings.withThreads(1), new WorkerPool(1));
  }

  /**
   * Refuses a model whose layers cannot be handed over, before any weight is read.
   *
   * @param config of the model.
   * @param settings of the computation.
   * @throws IllegalArgumentException naming the size.
   */
  static void requireFits(final ModelConfig config, final DecoderSettings settings) {
    final long hidden = config.dimensions().hiddenSize();
    final AttentionShape attention = config.attention();
    final long widest =
        Math.max(
            Math.max(config.dimensions().vocabularySize(), config.dimensions().intermediateSize()),
            attention.queryWidth() + 2L * attention.kvWidth());
    final long most = Integer.MAX_VALUE / (of(settings) == PANEL ? 1 : Float.BYTES) - 16;
    if (widest * hidden > most) {
      throw new IllegalArgumentException(
          "a layer is too large: outputs=%d inputs=%d most=%d weights"
              .formatted(widest, hidden, most));
    }
  }

  private static boolean multipliesBf16() {
    try {
      return Files.exists(PROCESSORS) && Files.readString(PROCESSORS).contains(" avx512_bf16");
    } catch (final IOException e) {
      return false;
    }
  }
}
