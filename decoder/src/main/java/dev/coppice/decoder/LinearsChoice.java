package dev.coppice.decoder;

import ai.djl.Device;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.kernel.Linears;
import dev.coppice.decoder.kernel.PanelFormat;
import dev.coppice.decoder.kernel.PanelLinears;
import dev.coppice.decoder.kernel.WorkerPool;
import dev.coppice.decoder.machine.Processor;
import java.util.Locale;

/**
 * Chooses what computes linear layers, by device, processor and settings alone: measured speed would
 * choose differently from process to process, and the ways differ in the last bits.
 *
 * <ul>
 *   <li>PyTorch's plain linear on a device other than the processor;
 *   <li>our own kernels, where they run: AVX-512 on Linux;
 *   <li>PyTorch's oneDNN elsewhere.
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

  private static LinearsChoice of(final DecoderSettings settings) {
    if (!settings.device().equals("cpu")) {
      return PLAIN;
    }
    final String wanted = System.getProperty(PROPERTY, "");
    if (!wanted.isEmpty()) {
      return valueOf(wanted.toUpperCase(Locale.ROOT));
    }
    return PanelLinears.available() ? PANEL : TORCH;
  }

  /**
   * Chooses how our own kernels multiply. Rounded inputs give the same bits on every processor: where
   * its unit for bf16 is slow or missing, floats are multiplied in the order of that unit.
   */
  private static PanelFormat format(final Precision precision) {
    if (!precision.bf16()) {
      return PanelFormat.FLOATS;
    }
    final boolean fast = Processor.bf16Unit() == Processor.Bf16Unit.FAST;
    return switch (precision.bf16Inputs()) {
      case "rounded" -> fast ? PanelFormat.PAIRS : PanelFormat.ORDERED;
      case "exact" -> PanelFormat.WIDENED;
      default -> fast ? PanelFormat.PAIRS : PanelFormat.WIDENED;
    };
  }

  /**
   * Describes what computes, for the log.
   *
   * @param settings of the computation.
   * @return a few words.
   */
  static String describe(final DecoderSettings settings) {
    final Precision precision = settings.precision();
    final String linears =
        switch (of(settings)) {
          case PANEL ->
              switch (format(precision)) {
                case FLOATS -> "f32 by AVX-512";
                case WIDENED -> "bf16 by AVX-512, inputs exact";
                case ORDERED -> "bf16 by AVX-512, inputs rounded";
                case PAIRS -> "bf16 by avx512_bf16, inputs rounded";
              };
          case TORCH -> precision.dtype() + " by oneDNN" + rounding(precision);
          case PLAIN ->
              precision.dtype() + " by PyTorch on " + settings.device() + rounding(precision);
        };
    return linears + "; keys and values " + (precision.halfKv() ? "f16" : "f32");
  }

  private static String rounding(final Precision precision) {
    return precision.bf16() ? ", inputs rounded" : "";
  }

  static Linears open(final DecoderSettings settings, final WorkerPool workers) {
    final LinearsChoice choice = of(settings);
    if (choice == PANEL) {
      return new PanelLinears(workers, format(settings.precision()));
    }
    final TorchLinears.Mode mode =
        new TorchLinears.Mode(
            settings.threads(), settings.precision().bf16(), device(settings), choice == TORCH);
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
   * Refuses a model whose layers cannot be handed over, and exact inputs where nothing computes with
   * them, before any weight is read.
   *
   * @param config of the model.
   * @param settings of the computation.
   * @throws IllegalArgumentException naming the size or the setting.
   */
  static void require(final ModelConfig config, final DecoderSettings settings) {
    if (settings.precision().bf16Inputs().equals("exact") && of(settings) != PANEL) {
      throw new IllegalArgumentException(
          "bf16-inputs = exact needs kernels of our own, which run on the processor (device = cpu)"
              + " with AVX-512 on Linux; leave it out, or use dtype = f32: computed="
              + describe(settings));
    }
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
}
