package dev.coppice.decoder.ggml;

import dev.coppice.chat.files.ModelFileException;
import dev.coppice.chat.gguf.GgufFile;
import dev.coppice.chat.gguf.GgufMetadata;
import dev.coppice.chat.gguf.GgufTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hands out the tensors of a GGUF file by their names in Hugging Face's layout.
 *
 * <p>Llama's queries and keys are stored with the two halves of each head interleaved; they are put
 * back in order here. A tensor that a decoder of the supported families does not use is refused by
 * name, as leaving it out would change the result.
 *
 * @thread one at a time; {@link #close()} unmaps the file.
 * @source llama.cpp, the names of tensors and the permutation of convert_hf_to_gguf.
 */
public final class GgufWeights implements AutoCloseable {
  private static final Pattern LAYER =
      Pattern.compile("blk\\.(0|[1-9]\\d{0,5})\\.(\\w+)\\.(weight|bias)");
  private static final Map<String, String> WHOLE =
      Map.of(
          "token_embd.weight", "model.embed_tokens.weight",
          "output_norm.weight", "model.norm.weight",
          "output.weight", "lm_head.weight");
  private static final Map<String, String> IN_LAYER =
      Map.ofEntries(
          Map.entry("attn_norm", "input_layernorm"),
          Map.entry("attn_q", "self_attn.q_proj"),
          Map.entry("attn_k", "self_attn.k_proj"),
          Map.entry("attn_v", "self_attn.v_proj"),
          Map.entry("attn_output", "self_attn.o_proj"),
          Map.entry("attn_q_norm", "self_attn.q_norm"),
          Map.entry("attn_k_norm", "self_attn.k_norm"),
          Map.entry("ffn_norm", "post_attention_layernorm"),
          Map.entry("ffn_gate", "mlp.gate_proj"),
          Map.entry("ffn_up", "mlp.up_proj"),
          Map.entry("ffn_down", "mlp.down_proj"));

  private final GgufFile file;
  private final Map<String, GgufTensor> tensors = new LinkedHashMap<>();

  private GgufWeights(final GgufFile file) {
    this.file = file;
    for (final GgufTensor tensor : file.tensors().values()) {
      if (!tensor.name().equals("rope_freqs.weight")) {
        tensors.put(nameOf(tensor.name()), tensor);
      }
    }
  }

  /**
   * Opens a file.
   *
   * @param path of the file.
   * @return its tensors, none of them read yet.
   * @throws ModelFileException if it is damaged, or has a tensor that is not used.
   */
  public static GgufWeights open(final Path path) {
    final GgufFile file = GgufFile.open(path);
    try {
      return new GgufWeights(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private String nameOf(final String name) {
    if (WHOLE.containsKey(name)) {
      return WHOLE.get(name);
    }
    final Matcher layer = LAYER.matcher(name);
    if (layer.matches() && IN_LAYER.containsKey(layer.group(2))) {
      return "model.layers.%s.%s.%s"
          .formatted(layer.group(1), IN_LAYER.get(layer.group(2)), layer.group(3));
    }
    throw new ModelFileException(
        file.file(),
        "tensor " + name + " is none of a decoder that is supported, which would leave it out");
  }

  /**
   * Returns the names of all tensors.
   *
   * @return the names in Hugging Face's layout.
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /**
   * Returns the shape of a tensor.
   *
   * @param name of the tensor.
   * @return its dimensions, outermost first.
   */
  public long[] shape(final String name) {
    return tensors.get(name).shape().stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Reads a tensor as f32.
   *
   * @param name of the tensor.
   * @param target to fill from its start, in native byte order.
   */
  public void read(final String name, final MemorySegment target) {
    final GgufTensor tensor = tensors.get(name);
    final int heads = interleavedHeads(name);
    if (heads == 0) {
      rows(tensor, target, row -> row);
      return;
    }
    final long outputs = tensor.shape().getFirst();
    if (outputs % (2L * heads) != 0) {
      throw new ModelFileException(
          file.file(),
          "tensor %s has %d rows, no multiple of two for each of %d heads"
              .formatted(tensor.name(), outputs, heads));
    }
    final long half = outputs / heads / 2;
    // Row 2i + s of a head in the file is row s * half + i of it.
    final RowOrder order =
        row -> {
          final long inHead = row % (2 * half);
          return row - inHead + inHead % 2 * half + inHead / 2;
        };
    if (tensor.shape().size() == 1) {
      elements(tensor, target, order);
    } else {
      rows(tensor, target, order);
    }
  }

  /** Returns how many heads a tensor's rows are interleaved in, or 0. */
  private int interleavedHeads(final String name) {
    final GgufMetadata metadata = file.metadata();
    if (!metadata.text("general.architecture", "").equals("llama")) {
      return 0;
    }
    final long heads = metadata.evenly("llama.attention.head_count", 0);
    if (name.contains(".q_proj.")) {
      return Math.toIntExact(heads);
    }
    return name.contains(".k_proj.")
        ? Math.toIntExact(metadata.evenly("llama.attention.head_count_kv", heads))
        : 0;
  }

  /** Says where a row of the file belongs. */
  private interface RowOrder {
    long of(long row);
  }

  private void rows(final GgufTensor tensor, final MemorySegment target, final RowOrder order) {
    final MemorySegment source = file.bytes(tensor);
    final byte[] bytes = new byte[Math.toIntExact(tensor.rowBytes())];
    final float[] numbers = new float[Math.toIntExact(tensor.columns())];
    final BlockReader reader = new BlockReader(bytes, numbers);
    for (long row = 0; row < tensor.rows(); row++) {
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, row * bytes.length, bytes, 0, bytes.length);
      reader.read(tensor.type());
      final long at = order.of(row) * numbers.length * Float.BYTES;
      MemorySegment.copy(numbers, 0, target, ValueLayout.JAVA_FLOAT_UNALIGNED, at, numbers.length);
    }
  }

  private void elements(final GgufTensor tensor, final MemorySegment target, final RowOrder order) {
    final float[] numbers = new float[Math.toIntExact(tensor.columns())];
    final byte[] bytes = file.bytes(tensor).toArray(ValueLayout.JAVA_BYTE);
    new BlockReader(bytes, numbers).read(tensor.type());
    for (int i = 0; i < numbers.length; i++) {
      target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, order.of(i) * Float.BYTES, numbers[i]);
    }
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    file.close();
  }
}
