package dev.coppice.bench.decode;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.decoder.DecoderBackend;
import dev.coppice.decoder.DecoderSettings;
import dev.coppice.decoder.Precision;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Scanner;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how fast the embedded decoder decodes branches of one prefix. */
@Command(
    name = "decode-bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures tokens per second for B branches that share a P-token prefix and decode N tokens"
          + " each; prefill apart. Arms take turns and medians are printed.",
      "Example: decode-bench --shape m110 --shared 512 --new 64 --batch 1,8,32 --dtype bf16"
    },
    footer = {
      "",
      "Layouts: flat is one prefix and nothing else; levels cuts the prefix into three levels of",
      "1, 4 and 16 segments; ragged gives branches 1 to 256 tokens of their own and lets one leave",
      "and one join every other step. The last two are compared with the plain layout of as many",
      "tokens per branch (plain_decode_tps)."
    })
public final class DecodeBenchCommand implements Callable<Integer> {
  @ArgGroup(multiplicity = "1")
  private Model model;

  @Option(names = "--shared", required = true, paramLabel = "P", description = "Prefix tokens.")
  private int shared;

  @Option(
      names = "--new",
      required = true,
      paramLabel = "N",
      description = "New tokens per branch.")
  private int fresh;

  @Option(
      names = "--batch",
      required = true,
      split = ",",
      paramLabel = "B",
      description = "Numbers of branches, a measurement each.")
  private List<Integer> batches;

  @Option(
      names = "--dtype",
      defaultValue = "bf16",
      description = "f32, or bf16 with keys and values in half floats (default: ${DEFAULT-VALUE}).")
  private String dtype;

  @Option(
      names = "--bf16-inputs",
      defaultValue = "auto",
      description = "With bf16: rounded, exact, or auto for what the processor is good at.")
  private String inputs;

  @Option(
      names = "--kv-dtype",
      defaultValue = "auto",
      description = "Keys and values: f32, f16, or auto for what --dtype suggests.")
  private String kvDtype;

  @Option(
      names = "--threads",
      defaultValue = "1",
      paramLabel = "T",
      description = "Threads that compute (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--layout",
      defaultValue = "flat",
      description = "flat, levels or ragged; see below (default: ${DEFAULT-VALUE}).")
  private String layout;

  @Option(
      names = "--unshared",
      description = "Also decode with a copy of the prefix for every branch.")
  private boolean unshared;

  @Option(
      names = "--job",
      description = "Also time whole jobs, shared and unshared: prefill and decoding.")
  private boolean job;

  @Option(names = "--contend", description = "Also decode while another thread keeps a core busy.")
  private boolean contended;

  @Option(
      names = "--repeats",
      defaultValue = "3",
      paramLabel = "R",
      description = "Measurements of each arm, the median counts (default: ${DEFAULT-VALUE}).")
  private int repeats;

  @Option(names = "--json", description = "Print one JSON array instead of a table.")
  private boolean json;

  @Option(
      names = "--paced",
      description =
          "Measure all cells once for every line of standard input and print a JSON array each"
              + " time: for comparisons in turns.")
  private boolean paced;

  /** Chooses the weights. */
  private static final class Model {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "DIR",
        description = "Model folder in Hugging Face's layout.")
    private String folder;

    @Option(
        names = "--shape",
        required = true,
        description = "m15, m110 or s135: a known shape with random weights.")
    private String shape;
  }

  /** Made by picocli. */
  public DecodeBenchCommand() {}

  @Override
  public Integer call() {
    final List<BenchCell> cells = new ArrayList<>();
    for (final int batch : batches) {
      cells.add(new BenchCell(shared, fresh, batch, layout()));
    }
    final BenchArms arms = new BenchArms(unshared, job, contended, repeats);
    final DecoderSettings defaults = DecoderSettings.defaults();
    final DecoderSettings settings =
        defaults.with(new Precision(dtype, inputs, kvDtype)).withThreads(threads);
    final Path folder =
        model.folder == null ? RandomShapes.folder(model.shape) : ProjectPaths.model(model.folder);
    try (DecoderBackend backend = DecoderBackend.open(folder, settings)) {
      System.err.println("coppice: " + backend.kernels());
      if (paced) {
        measureInTurns(backend, cells, settings);
      } else {
        final List<BenchResult> results = new ArrayList<>();
        for (final BenchCell cell : cells) {
          results.add(DecodeBench.measure(backend, cell, arms, settings));
        }
        System.out.println(json ? BenchResult.json(results) : DecodeTable.text(results));
      }
    }
    return 0;
  }

  private void measureInTurns(
      final DecoderBackend backend, final List<BenchCell> cells, final DecoderSettings settings) {
    final Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8);
    final BenchArms once = new BenchArms(unshared, job, contended, 1);
    for (boolean first = true; lines.hasNextLine(); first = false) {
      lines.nextLine();
      final List<BenchResult> results = new ArrayList<>();
      for (final BenchCell cell : cells) {
        results.add(
            first
                ? DecodeBench.measure(backend, cell, once, settings)
                : DecodeBench.measureAgain(backend, cell, once, settings));
      }
      System.out.println(BenchResult.json(results));
    }
  }

  private BenchLayout layout() {
    for (final BenchLayout known : BenchLayout.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(layout)) {
        return known;
      }
    }
    throw new ConfigException("--layout must be flat, levels or ragged: " + layout);
  }
}
