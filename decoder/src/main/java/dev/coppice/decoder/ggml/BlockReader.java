package dev.coppice.decoder.ggml;

import dev.coppice.chat.gguf.GgufType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Widens blocks of a GGUF file to single precision, with the roundings of the reference: each product
 * and each sum is rounded for itself.
 *
 * @thread one.
 * @source ggml, dequantize_row; gguf-py, quants.
 */
public final class BlockReader {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** What the numbers of IQ4_NL and IQ4_XS choose from. */
  private static final byte[] CHOICES = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private final byte[] in;
  private final float[] out;

  /**
   * Makes a reader between two arrays.
   *
   * @param in whole blocks.
   * @param out their numbers.
   */
  public BlockReader(final byte[] in, final float[] out) {
    this.in = in;
    this.out = out;
  }

  /**
   * Widens all that the second array holds.
   *
   * @param type of the blocks.
   */
  public void read(final GgufType type) {
    final int blocks = out.length / type.blockSize();
    for (int block = 0; block < blocks; block++) {
      final int from = block * type.blockBytes();
      final int to = block * type.blockSize();
      switch (type) {
        case F32 -> out[to] = Float.intBitsToFloat((int) INT.get(in, from));
        case F16 -> out[to] = half(from);
        case BF16 -> out[to] = Float.intBitsToFloat((short) SHORT.get(in, from) << 16);
        case Q4_0 -> nibbles(from, to);
        case Q4_1 -> nibblesAbove(from, to);
        case Q5_0 -> fives(from, to);
        case Q5_1 -> fivesAbove(from, to);
        case Q8_0 -> bytes(from, to);
        case Q2_K -> twos(from, to);
        case Q3_K -> threes(from, to);
        case Q4_K -> fours(from, to);
        case Q5_K -> fivesOfMany(from, to);
        case Q6_K -> sixes(from, to);
        case IQ4_NL -> chosen(half(from), from + 2, to);
        case IQ4_XS -> chosenOfMany(from, to);
      }
    }
  }

  private float half(final int at) {
    return Float.float16ToFloat((short) SHORT.get(in, at));
  }

  /** Scale, then 16 bytes: the low halves are numbers 0 to 15, the high ones 16 to 31. */
  private void nibbles(final int from, final int to) {
    final float scale = half(from);
    for (int i = 0; i < 16; i++) {
      final int pair = in[from + 2 + i];
      out[to + i] = scale * ((pair & 15) - 8);
      out[to + 16 + i] = scale * ((pair >> 4 & 15) - 8);
    }
  }

  private void nibblesAbove(final int from, final int to) {
    final float scale = half(from);
    final float least = half(from + 2);
    for (int i = 0; i < 16; i++) {
      final int pair = in[from + 4 + i];
      out[to + i] = scale * (pair & 15) + least;
      out[to + 16 + i] = scale * (pair >> 4 & 15) + least;
    }
  }

  /** Scale, 32 fifth bits, then the nibbles. */
  private void fives(final int from, final int to) {
    final float scale = half(from);
    final int high = (int) INT.get(in, from + 2);
    for (int i = 0; i < 16; i++) {
      final int pair = in[from + 6 + i];
      out[to + i] = scale * ((pair & 15 | (high >>> i & 1) << 4) - 16);
      out[to + 16 + i] = scale * ((pair >> 4 & 15 | (high >>> i + 16 & 1) << 4) - 16);
    }
  }

  private void fivesAbove(final int from, final int to) {
    final float scale = half(from);
    final float least = half(from + 2);
    final int high = (int) INT.get(in, from + 4);
    for (int i = 0; i < 16; i++) {
      final int pair = in[from + 8 + i];
      out[to + i] = scale * (pair & 15 | (high >>> i & 1) << 4) + least;
      out[to + 16 + i] = scale * (pair >> 4 & 15 | (high >>> i + 16 & 1) << 4) + least;
    }
  }

  private void bytes(final int from, final int to) {
    final float scale = half(from);
    for (int i = 0; i < 32; i++) {
      out[to + i] = scale * in[from + 2 + i];
    }
  }

  /** 16 bytes of scales and minima, 64 of four numbers a byte, 128 apart; two scales. */
  private void twos(final int from, final int to) {
    final float scales = half(from + 80);
    final float minima = half(from + 82);
    for (int i = 0; i < 256; i++) {
      final int both = in[from + i / 16];
      final float scale = scales * (both & 15);
      final float least = minima * (both >> 4 & 15);
      final int number = in[from + 16 + i / 128 * 32 + i % 32] >> i / 32 % 4 * 2 & 3;
      out[to + i] = scale * number - least;
    }
  }

  /** 32 bytes of third bits (none set: 4 less), 64 of two bits each, 12 of scales; their scale. */
  private void threes(final int from, final int to) {
    final float scales = half(from + 108);
    for (int i = 0; i < 256; i++) {
      final int part = i / 16;
      final int low = in[from + 96 + part % 8] >> part / 8 * 4 & 15;
      final int high = in[from + 104 + part % 4] >> part / 4 * 2 & 3;
      final float scale = scales * ((low | high << 4) - 32);
      final int number = in[from + 32 + i / 128 * 32 + i % 32] >> i / 32 % 4 * 2 & 3;
      final int third = in[from + i % 32] >> i / 32 & 1;
      out[to + i] = scale * (number - (third == 0 ? 4 : 0));
    }
  }

  /** 16 bytes: the low halves are numbers 0 to 15, the high ones 16 to 31. */
  private void chosen(final float scale, final int from, final int to) {
    for (int i = 0; i < 16; i++) {
      final int pair = in[from + i];
      out[to + i] = scale * CHOICES[pair & 15];
      out[to + 16 + i] = scale * CHOICES[pair >> 4 & 15];
    }
  }

  /** Scale, two high bits of eight scales, four low ones each, then the numbers. */
  private void chosenOfMany(final int from, final int to) {
    final float scales = half(from);
    final int highs = (short) SHORT.get(in, from + 2);
    for (int part = 0; part < 8; part++) {
      final int low = in[from + 4 + part / 2] >> part % 2 * 4 & 15;
      final float scale = scales * ((low | (highs >> part * 2 & 3) << 4) - 32);
      chosen(scale, from + 8 + part * 16, to + part * 32);
    }
  }

  /** Returns the scale of a part of 32 numbers: 6 bits of the 12 bytes at {@code at}. */
  private int scale(final int at, final int part) {
    return part < 4
        ? in[at + part] & 63
        : in[at + part + 4] & 15 | (in[at + part - 4] >> 6 & 3) << 4;
  }

  /** Returns the minimum of a part, the other 6 bits. */
  private int least(final int at, final int part) {
    return part < 4
        ? in[at + part + 4] & 63
        : in[at + part + 4] >> 4 & 15 | (in[at + part] >> 6 & 3) << 4;
  }

  /** Two scales, 12 bytes of scales and minima, 128 bytes: 32 low halves, then 32 high ones. */
  private void fours(final int from, final int to) {
    final float scales = half(from);
    final float minima = half(from + 2);
    for (int part = 0; part < 8; part++) {
      final float scale = scales * scale(from + 4, part);
      final float least = minima * least(from + 4, part);
      final int pairs = from + 16 + part / 2 * 32;
      final int shift = part % 2 * 4;
      for (int i = 0; i < 32; i++) {
        out[to + part * 32 + i] = scale * (in[pairs + i] >> shift & 15) - least;
      }
    }
  }

  /** As {@link #fours}, with 32 bytes of fifth bits before the nibbles: bit n is that of part n. */
  private void fivesOfMany(final int from, final int to) {
    final float scales = half(from);
    final float minima = half(from + 2);
    for (int part = 0; part < 8; part++) {
      final float scale = scales * scale(from + 4, part);
      final float least = minima * least(from + 4, part);
      final int pairs = from + 48 + part / 2 * 32;
      final int shift = part % 2 * 4;
      for (int i = 0; i < 32; i++) {
        final int high = in[from + 16 + i] >> part & 1;
        final int number = in[pairs + i] >> shift & 15 | high << 4;
        out[to + part * 32 + i] = scale * number - least;
      }
    }
  }

  /** 128 bytes of low halves, 64 of two high bits, 16 scales of 16 numbers, then their scale. */
  private void sixes(final int from, final int to) {
    final float scales = half(from + 208);
    for (int part = 0; part < 8; part++) {
      final int half = part / 4;
      final int low = from + half * 64 + part % 2 * 32;
      final int high = from + 128 + half * 32;
      final int shift = part % 4 / 2 * 4;
      for (int i = 0; i < 32; i++) {
        final float scale = scales * in[from + 192 + part * 2 + i / 16];
        final int number = in[low + i] >> shift & 15 | (in[high + i] >> part % 4 * 2 & 3) << 4;
        out[to + part * 32 + i] = scale * (number - 32);
      }
    }
  }
}
