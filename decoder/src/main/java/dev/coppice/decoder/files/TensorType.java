package dev.coppice.decoder.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Names the number formats a weight may be stored in; all are read as f32.
 *
 * @source the safetensors format, version 0.4.
 */
public enum TensorType {
  /** IEEE single precision. */
  F32(4),
  /** IEEE half precision. */
  F16(2),
  /** The upper half of a single: 8 exponent bits, 7 mantissa bits. */
  BF16(2);

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int bytes;

  TensorType(final int bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns the size of one number.
   *
   * @return the bytes of one element.
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Rounds to the nearest bf16, to the even one of two.
   *
   * @param value in single precision.
   * @return its 16 bits.
   */
  public static short toBf16(final float value) {
    final int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /**
   * Reads one number.
   *
   * @param source of the tensor's bytes.
   * @param index of the element.
   * @return the value in single precision.
   */
  float read(final MemorySegment source, final long index) {
    return switch (this) {
      case F32 -> source.get(FLOAT, index * 4);
      case F16 -> Float.float16ToFloat(source.get(SHORT, index * 2));
      case BF16 -> Float.intBitsToFloat(source.get(SHORT, index * 2) << 16);
    };
  }
}
