package dev.coppice.decoder.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Names the number formats of tensors; those of weights are read as f32, the others passed over.
 *
 * @source the safetensors format, version 0.4.
 */
public enum TensorType {
  /** IEEE single precision. */
  F32(4),
  /** IEEE half precision. */
  F16(2),
  /** The upper half of a single: 8 exponent bits, 7 mantissa bits. */
  BF16(2),
  /** True or false. */
  BOOL(1),
  /** Whole numbers. */
  I8(1),
  /** Whole numbers without a sign. */
  U8(1),
  /** Whole numbers. */
  I16(2),
  /** Whole numbers without a sign. */
  U16(2),
  /** Whole numbers. */
  I32(4),
  /** Whole numbers without a sign. */
  U32(4),
  /** Whole numbers. */
  I64(8),
  /** Whole numbers without a sign. */
  U64(8),
  /** Eight bits with a scale elsewhere. */
  F8_E4M3(1),
  /** Eight bits with a scale elsewhere. */
  F8_E5M2(1),
  /** IEEE double precision. */
  F64(8);

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

  /** Tells whether weights of this type are read. */
  boolean isWeight() {
    return this == F32 || this == F16 || this == BF16;
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
      default -> throw new IllegalStateException("no type of weights: type=" + this);
    };
  }
}
