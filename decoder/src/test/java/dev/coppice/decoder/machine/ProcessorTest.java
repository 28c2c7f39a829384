package dev.coppice.decoder.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.decoder.machine.Processor.Bf16Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessorTest {
  @TempDir Path folder;

  private Bf16Unit unit(final String vendor, final String flags) throws IOException {
    final Path list = folder.resolve("cpuinfo");
    Files.writeString(
        list, "processor\t: 0\nvendor_id\t: " + vendor + "\nflags\t\t: fpu vme" + flags + "\n");
    return Processor.listed(list);
  }

  @Test
  void shouldKnowWhoseUnitBeatsMultiplyAddsOfFloats() throws IOException {
    assertEquals(Bf16Unit.FAST, unit("AuthenticAMD", " avx512f avx512_bf16 avx512_vnni"));
    assertEquals(Bf16Unit.SLOW, unit("GenuineIntel", " avx512f avx512_bf16 amx_bf16"));
    assertEquals(Bf16Unit.NONE, unit("AuthenticAMD", " avx512f"));
    assertEquals(Bf16Unit.NONE, Processor.listed(folder.resolve("none")));
  }
}
