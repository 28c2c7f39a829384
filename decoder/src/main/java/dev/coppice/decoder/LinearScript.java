package dev.coppice.decoder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the TorchScript program of linear layers: one that reaches oneDNN's prepacked layers, which
 * DJL's own operators do not, and a plain one that names no device: rows go to where the weights are.
 *
 * <pre>
 *   archive/data.pkl          the module object, without state
 *   archive/code/__torch__.py its methods
 *   archive/constants.pkl     an empty tuple
 *   archive/version           of the format
 * </pre>
 *
 * <p>Outputs are copied into memory the caller lends, so a call leaves nothing behind.
 *
 * @source PyTorch's serialisation of TorchScript modules, version 3.
 */
final class LinearScript {
  private static final String PLAIN = "annotate(List[Optional[number]], []), \"\")";

  /** PyTorch's numbers of the types. */
  private static final int FLOAT32 = 6;

  private static final int BFLOAT16 = 15;

  private static final String SELF = "(self: __torch__.Linears, ";

  private static String code(final int type, final boolean packed) {
    final String pack = packed ? "ops.mkldnn._reorder_linear_weight(c, rows)" : "torch.clone(c)";
    return String.join(
        "\n",
        "class Linears(Module):",
        "  __parameters__ = []",
        "  __buffers__ = []",
        "  training : bool",
        "  def pack" + SELF + "w: Tensor, rows: int) -> Tensor:",
        "    c = torch.to(w, " + type + ")",
        "    return " + pack,
        "  def cast" + SELF + "x: Tensor) -> Tensor:",
        "    return torch.clone(torch.to(x, " + type + "))",
        "  def linear" + SELF + "x: Tensor, w: Tensor, out: Tensor) -> NoneType:",
        packed ? "    h = torch.to(x, " + type + ")" : "    h = torch.to(x, w)",
        "    y = " + linear(packed, "h", "w", "None"),
        "    z = torch.copy_(out, y)",
        "    return None",
        "  def biased" + SELF + "x: Tensor, w: Tensor, b: Tensor, out: Tensor) -> NoneType:",
        packed ? "    h = torch.to(x, " + type + ")" : "    h = torch.to(x, w)",
        "    y = " + linear(packed, "h", "w", "b"),
        "    z = torch.copy_(out, y)",
        "    return None",
        "  def gated"
            + SELF
            + "x: Tensor, g: Tensor, u: Tensor, d: Tensor, out: Tensor) -> NoneType:",
        packed ? "    h = torch.to(x, " + type + ")" : "    h = torch.to(x, g)",
        gate(packed),
        "    y = " + linear(packed, "m", "d", "None"),
        "    z = torch.copy_(out, y)",
        "    return None",
        "");
  }

  private static String linear(
      final boolean packed, final String x, final String weight, final String bias) {
    return packed
        ? "ops.mkldnn._linear_pointwise(%s, %s, %s, \"none\", %s".formatted(x, weight, bias, PLAIN)
        : "torch.linear(%s, %s, %s)".formatted(x, weight, bias);
  }

  private static String gate(final boolean packed) {
    return packed
        ? "    a = ops.mkldnn._linear_pointwise(h, g, None, \"swish\", "
            + PLAIN
            + "\n    m = ops.mkldnn._linear_pointwise(h, a, u, None, \"mul\")"
        : "    m = torch.mul(torch.silu(torch.linear(h, g, None)), torch.linear(h, u, None))";
  }

  private LinearScript() {}

  /**
   * Writes the archive.
   *
   * @param bf16 whether layers compute in bf16 instead of f32; rows go in and out as f32 in either.
   * @param packed whether oneDNN computes on packed weights, or PyTorch on plain ones.
   * @return its bytes, a stored zip.
   */
  static byte[] archive(final boolean bf16, final boolean packed) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      entry(zip, "archive/data.pkl", module());
      entry(
          zip,
          "archive/code/__torch__.py",
          code(bf16 ? BFLOAT16 : FLOAT32, packed).getBytes(StandardCharsets.UTF_8));
      entry(zip, "archive/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      entry(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Writes the opcodes: protocol 2, the class, no arguments, its one attribute, stop. */
  private static byte[] module() {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x80, 2});
    out.writeBytes("c__torch__\nLinears\n)".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[] {(byte) 0x81, '}', 'X', 8, 0, 0, 0});
    out.writeBytes("training".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[] {(byte) 0x89, 's', 'b', '.'});
    return out.toByteArray();
  }

  private static void entry(final ZipOutputStream zip, final String name, final byte[] content)
      throws IOException {
    final CRC32 checksum = new CRC32();
    checksum.update(content);
    final ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
