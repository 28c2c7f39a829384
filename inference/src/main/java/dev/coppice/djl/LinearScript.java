package dev.coppice.djl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the TorchScript program that reaches oneDNN's prepacked linear layers, which DJL's own
 * operators do not.
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

  private static String code(final int type) {
    final String cast = "    h = torch.to(x, " + type + ")";
    return String.join(
        "\n",
        "class Linears(Module):",
        "  __parameters__ = []",
        "  __buffers__ = []",
        "  training : bool",
        "  def pack(self: __torch__.Linears, w: Tensor, rows: int) -> Tensor:",
        "    c = torch.to(w, " + type + ")",
        "    return ops.mkldnn._reorder_linear_weight(c, rows)",
        "  def cast(self: __torch__.Linears, x: Tensor) -> Tensor:",
        "    return torch.clone(torch.to(x, " + type + "))",
        "  def linear(self: __torch__.Linears, x: Tensor, w: Tensor, out: Tensor) -> NoneType:",
        cast,
        "    y = ops.mkldnn._linear_pointwise(h, w, None, \"none\", " + PLAIN,
        "    z = torch.copy_(out, y)",
        "    return None",
        "  def biased(self: __torch__.Linears, x: Tensor, w: Tensor, b: Tensor, out: Tensor)"
            + " -> NoneType:",
        cast,
        "    y = ops.mkldnn._linear_pointwise(h, w, b, \"none\", " + PLAIN,
        "    z = torch.copy_(out, y)",
        "    return None",
        "  def gated(self: __torch__.Linears, x: Tensor, g: Tensor, u: Tensor, d: Tensor,"
            + " out: Tensor) -> NoneType:",
        cast,
        "    a = ops.mkldnn._linear_pointwise(h, g, None, \"swish\", " + PLAIN,
        "    m = ops.mkldnn._linear_pointwise(h, a, u, None, \"mul\")",
        "    y = ops.mkldnn._linear_pointwise(m, d, None, \"none\", " + PLAIN,
        "    z = torch.copy_(out, y)",
        "    return None",
        "");
  }

  private LinearScript() {}

  /**
   * Writes the archive.
   *
   * @param bf16 whether layers compute in bf16 instead of f32; rows go in and out as f32 in either.
   * @return its bytes, a stored zip.
   */
  static byte[] archive(final boolean bf16) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      entry(zip, "archive/data.pkl", module());
      entry(
          zip,
          "archive/code/__torch__.py",
          code(bf16 ? BFLOAT16 : FLOAT32).getBytes(StandardCharsets.UTF_8));
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
