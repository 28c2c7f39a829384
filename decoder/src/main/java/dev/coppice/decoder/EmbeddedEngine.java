package dev.coppice.decoder;

import dev.coppice.decoder.attention.KernelRate;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens the decoder of this process: {@code model.engine = "embedded"}. */
public final class EmbeddedEngine implements RunnerPlug {
  /** Made by the service loader. */
  public EmbeddedEngine() {}

  @Override
  public String name() {
    return "embedded";
  }

  @Override
  public String help() {
    return "A decoder of the Llama family in this process, from a Hugging Face folder or a GGUF"
        + " file.";
  }

  @Override
  public List<PlugOption> options() {
    final List<PlugOption> options = new ArrayList<>(BatchOptions.all());
    options.add(
        PlugOption.choice(
            "dtype",
            "f32, or bf16 for speed: weights of linear layers in bf16, sums in f32. A seed gives"
                + " the same tokens whatever the batch in either.",
            "f32",
            "bf16"));
    options.add(
        PlugOption.choice(
            "bf16-inputs",
            "Inputs of linear layers with dtype = bf16: rounded to bf16 (the same bits on every"
                + " processor with AVX-512), exact in f32 (logits 13 times closer to f32's), or"
                + " auto: rounded where the processor has a fast unit for bf16, else exact.",
            "auto",
            "rounded",
            "exact"));
    options.add(
        PlugOption.choice(
            "kv-dtype",
            "Keys and values that are kept: f32, f16 for half the memory and traffic, or auto: f32"
                + " for f32, f16 for bf16.",
            "auto",
            "f32",
            "f16"));
    options.add(
        PlugOption.text(
            "device",
            PlugOption.Type.TEXT,
            "cpu",
            "What computes the linear layers: cpu, cuda or cuda:N; cuda needs natives built for it"
                + " (docs/GPU.md)."));
    options.add(
        PlugOption.whole(
            "threads",
            1,
            new PlugOption.Range(1, DecoderSettings.MOST_THREADS),
            "Threads the model computes with."));
    options.add(
        PlugOption.text(
            "lora",
            PlugOption.Type.TEXT,
            "",
            "Folder of a LoRA adapter, as PEFT saves it, to be merged into the weights; empty for"
                + " none."));
    return List.copyOf(options);
  }

  @Override
  public void check(final PlugOptions options) {
    settings(options);
    BatchOptions.check(options);
  }

  @Override
  public boolean drawsAsNamed() {
    return true;
  }

  @Override
  public ModelRunner open(final RunnerRequest request, final PlugOptions options) {
    final DecoderBackend backend = backend(request, options);
    return new BatchRunner(
        backend,
        BatchOptions.config(options),
        () -> new ModelRunner.Remark(backend.kernels(), !KernelRate.ofProcess().good()),
        settings -> new Sampler(settings, request.vocabularySize(), request.holes()));
  }

  private DecoderBackend backend(final RunnerRequest request, final PlugOptions options) {
    final Path folder = request.folder();
    if (folder == null) {
      throw new IllegalArgumentException(
          "the engine runs models of a folder, no scripts: engine=" + name());
    }
    final String lora = options.text("lora");
    return DecoderBackend.open(folder, lora.isEmpty() ? null : Path.of(lora), settings(options));
  }

  private static DecoderSettings settings(final PlugOptions options) {
    return new DecoderSettings(
        options.count("threads"),
        new Precision(options.text("dtype"), options.text("bf16-inputs"), options.text("kv-dtype")),
        options.text("device"),
        DecoderSettings.defaults().slabTokens());
  }

  @Override
  public SequenceModel openSequence(final RunnerRequest request, final PlugOptions options) {
    return new SingleSequence(backend(request, options), request.vocabularySize(), request.holes());
  }
}
