package dev.coppice.decoder.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/**
 * Says what the processor has that kernels are chosen by.
 *
 * @thread any.
 */
public final class Processor {
  /**
   * Overrides what the system says of bf16: {@code none}, or {@code slow} or {@code fast} for a
   * unit slower or faster than multiply-adds of floats. A hypervisor may hide a unit that is there;
   * asking for one that is not ends the process.
   */
  public static final String PROPERTY = "coppice.bf16-unit";

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** Lanes of AVX-512. */
  private static final int LANES = 16;

  /** How a processor multiplies pairs of bf16, beside multiply-adds of floats. */
  public enum Bf16Unit {
    /** It does not. */
    NONE,
    /** At half their rate, so that it is of no use: Intel's. */
    SLOW,
    /** At twice their rate: AMD's from Zen 4 on. */
    FAST
  }

  private Processor() {}

  /**
   * Says whether our machine code runs here.
   *
   * @return whether this is Linux on an x86-64 processor with AVX-512.
   */
  public static boolean hasAvx512() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")
        && System.getProperty("os.arch").equals("amd64")
        && FloatVector.SPECIES_PREFERRED.length() == LANES;
  }

  /**
   * Finds the unit for bf16.
   *
   * @return what the property {@value #PROPERTY} says, or else the system.
   * @throws IllegalArgumentException if the property is set to something else.
   */
  public static Bf16Unit bf16Unit() {
    final String wanted = System.getProperty(PROPERTY, "");
    if (wanted.isEmpty()) {
      return listed(PROCESSORS);
    }
    for (final Bf16Unit unit : Bf16Unit.values()) {
      if (unit.name().toLowerCase(Locale.ROOT).equals(wanted)) {
        return unit;
      }
    }
    throw new IllegalArgumentException(PROPERTY + " must be none, slow or fast: " + wanted);
  }

  /**
   * Finds the unit for bf16 in the system's list of processors.
   *
   * @param processors the list, as Linux writes it.
   * @return the unit; none where there is no such list.
   */
  static Bf16Unit listed(final Path processors) {
    try {
      final String list = Files.exists(processors) ? Files.readString(processors) : "";
      if (!list.contains(" avx512_bf16")) {
        return Bf16Unit.NONE;
      }
      return list.contains("AuthenticAMD") ? Bf16Unit.FAST : Bf16Unit.SLOW;
    } catch (final IOException e) {
      return Bf16Unit.NONE;
    }
  }
}
