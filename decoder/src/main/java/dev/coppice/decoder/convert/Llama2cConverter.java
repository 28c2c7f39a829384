package dev.coppice.decoder.convert;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.chat.files.ModelFileException;
import dev.coppice.decoder.files.SafetensorsWriter;
import dev.coppice.decoder.files.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Turns a llama2.c checkpoint (version 0) and its tokenizer into a Hugging Face folder.
 *
 * <pre>
 *   int32: dim, hidden, layers, heads, kv heads, vocabulary (negative: own classifier), context
 *   f32:   embedding | att norms | wq | wk | wv | wo | ffn norms | w1 | w2 | w3 | final norm
 *          | cosines | sines | classifier, if not shared          each for all layers in a row
 * </pre>
 *
 * <p>llama2.c rotates neighbouring pairs of a head, Hugging Face its two halves: the rows of wq and
 * wk are put in that order. llama2.c ends a text with the token that begins one, so the folder's end
 * token is {@code <s>}.
 */
public final class Llama2cConverter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HEADER_BYTES = 7 * Integer.BYTES;
  private static final int MAGIC = 0x616b3432;

  private record Header(int dim, int hidden, int layers, int heads, int kvHeads, int vocabulary) {
    int headDim() {
      return dim / heads;
    }

    int kvDim() {
      return kvHeads * headDim();
    }
  }

  private final Path file;
  private final Header header;
  private final int context;
  private final boolean shared;
  private final FloatBuffer weights;
  private final SafetensorsWriter writer = new SafetensorsWriter();

  private Llama2cConverter(final Path file, final ByteBuffer bytes) {
    this.file = file;
    if (bytes.remaining() < HEADER_BYTES) {
      throw new ModelFileException(file, "truncated: no llama2.c header");
    }
    if (bytes.getInt(0) == MAGIC) {
      throw new ModelFileException(
          file, "has a llama2.c header of version 1 or 2; only version 0 is read");
    }
    final int[] h = new int[7];
    bytes.asIntBuffer().get(h);
    shared = h[5] > 0;
    context = h[6];
    header = new Header(h[0], h[1], h[2], h[3], h[4], Math.abs(h[5]));
    check(bytes.remaining());
    weights = bytes.position(HEADER_BYTES).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private void check(final long bytes) {
    final Header h = header;
    final boolean sane =
        h.dim() > 0
            && h.hidden() > 0
            && h.layers() > 0
            && h.heads() > 0
            && h.kvHeads() > 0
            && h.vocabulary() > 0
            && context > 0
            && h.dim() % h.heads() == 0
            && h.heads() % h.kvHeads() == 0;
    if (!sane) {
      throw new ModelFileException(
          file, "is not a llama2.c checkpoint: " + h + " context=" + context);
    }
    final long layer =
        2L * h.dim()
            + 2L * h.dim() * h.dim()
            + 2L * h.kvDim() * h.dim()
            + 3L * h.hidden() * h.dim();
    final long tables = (long) context * h.headDim();
    final long embedding = (long) h.vocabulary() * h.dim();
    final long floats = embedding * (shared ? 1 : 2) + layer * h.layers() + h.dim() + tables;
    if (bytes != HEADER_BYTES + floats * Float.BYTES) {
      throw new ModelFileException(
          file,
          "its header asks for %d bytes, the file holds %d"
              .formatted(HEADER_BYTES + floats * Float.BYTES, bytes));
    }
  }

  /**
   * Writes config.json, model.safetensors, tokenizer.json and tokenizer_config.json.
   *
   * @param checkpoint of llama2.c, such as stories260K.bin.
   * @param tokenizer of llama2.c, such as tok512.bin.
   * @param folder to create or fill.
   * @throws ModelFileException naming the file that is missing or defective.
   * @throws IOException if the folder cannot be written.
   */
  public static void convert(final Path checkpoint, final Path tokenizer, final Path folder)
      throws IOException {
    final Llama2cConverter model = new Llama2cConverter(checkpoint, bytes(checkpoint));
    final Llama2cTokenizer tokens =
        Llama2cTokenizer.read(tokenizer, bytes(tokenizer), model.header.vocabulary());
    Files.createDirectories(folder);
    model.addTensors();
    model.writer.write(folder.resolve("model.safetensors"));
    write(folder.resolve("config.json"), model.config());
    write(folder.resolve("tokenizer.json"), tokens.json());
    final ObjectNode special = JSON.createObjectNode();
    special.put("tokenizer_class", "PreTrainedTokenizerFast");
    special.put("bos_token", "<s>").put("eos_token", "<s>").put("unk_token", "<unk>");
    special.put("add_bos_token", true).put("model_max_length", model.context);
    write(folder.resolve("tokenizer_config.json"), special);
  }

  private static ByteBuffer bytes(final Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ModelFileException(file, "there is no such file");
    }
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void write(final Path file, final ObjectNode json) throws IOException {
    Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
  }

  private ObjectNode config() {
    final ObjectNode json = JSON.createObjectNode();
    json.putArray("architectures").add("LlamaForCausalLM");
    json.put("model_type", "llama").put("hidden_act", "silu");
    json.put("hidden_size", header.dim()).put("intermediate_size", header.hidden());
    json.put("num_hidden_layers", header.layers()).put("vocab_size", header.vocabulary());
    json.put("num_attention_heads", header.heads());
    json.put("num_key_value_heads", header.kvHeads()).put("head_dim", header.headDim());
    json.put("max_position_embeddings", context).put("rope_theta", 10000.0);
    json.put("rms_norm_eps", 1e-5).put("tie_word_embeddings", shared);
    json.put("bos_token_id", 1).put("eos_token_id", 1).put("dtype", "float32");
    return json;
  }

  private void addTensors() {
    final Header h = header;
    add("model.embed_tokens.weight", h.vocabulary(), h.dim());
    perLayer("input_layernorm.weight", h.dim());
    rotated("self_attn.q_proj.weight", h.heads());
    rotated("self_attn.k_proj.weight", h.kvHeads());
    perLayer("self_attn.v_proj.weight", h.kvDim(), h.dim());
    perLayer("self_attn.o_proj.weight", h.dim(), h.dim());
    perLayer("post_attention_layernorm.weight", h.dim());
    perLayer("mlp.gate_proj.weight", h.hidden(), h.dim());
    perLayer("mlp.down_proj.weight", h.dim(), h.hidden());
    perLayer("mlp.up_proj.weight", h.hidden(), h.dim());
    add("model.norm.weight", h.dim());
    weights.position(weights.position() + context * h.headDim());
    if (!shared) {
      add("lm_head.weight", h.vocabulary(), h.dim());
    }
  }

  private void perLayer(final String name, final long... shape) {
    for (int layer = 0; layer < header.layers(); layer++) {
      add("model.layers." + layer + "." + name, shape);
    }
  }

  private void add(final String name, final long... shape) {
    writer.add(name, TensorType.F32, next(shape), shape);
  }

  private float[] next(final long... shape) {
    long size = 1;
    for (final long dimension : shape) {
      size *= dimension;
    }
    final float[] values = new float[Math.toIntExact(size)];
    weights.get(values);
    return values;
  }

  /** Brings the rows of every head from pairs (2i, 2i+1) to halves (i, i + D/2). */
  private void rotated(final String name, final int heads) {
    final int dim = header.dim();
    final int headDim = header.headDim();
    for (int layer = 0; layer < header.layers(); layer++) {
      final float[] pairs = next((long) heads * headDim, dim);
      final float[] halves = new float[pairs.length];
      for (int row = 0; row < heads * headDim; row++) {
        final int i = row % headDim;
        final int half = row - i + i / 2 + i % 2 * (headDim / 2);
        System.arraycopy(pairs, row * dim, halves, half * dim, dim);
      }
      writer.add(
          "model.layers." + layer + "." + name, TensorType.F32, halves, heads * headDim, dim);
    }
  }
}
