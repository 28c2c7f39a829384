package dev.coppice.decoder.machine;

import static dev.coppice.decoder.machine.Assembler.R10;
import static dev.coppice.decoder.machine.Assembler.R11;
import static dev.coppice.decoder.machine.Assembler.R12;
import static dev.coppice.decoder.machine.Assembler.R8;
import static dev.coppice.decoder.machine.Assembler.R9;
import static dev.coppice.decoder.machine.Assembler.RAX;
import static dev.coppice.decoder.machine.Assembler.RBP;
import static dev.coppice.decoder.machine.Assembler.RBX;
import static dev.coppice.decoder.machine.Assembler.RCX;
import static dev.coppice.decoder.machine.Assembler.RDI;
import static dev.coppice.decoder.machine.Assembler.RDX;
import static dev.coppice.decoder.machine.Assembler.RSI;
import static dev.coppice.decoder.machine.Assembler.RSP;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.decoder.machine.Assembler.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblerTest {
  private static final Path OBJDUMP = Path.of("/usr/bin/objdump");

  private final Assembler code = new Assembler();
  private final List<String> expected = new ArrayList<>();

  @TempDir Path folder;

  private void say(final String instruction) {
    expected.add(instruction);
  }

  private void vectors() {
    code.load(24, Memory.at(RCX, 64));
    say("vmovups zmm24,ZMMWORD PTR [rcx+0x40]");
    code.store(new Memory(RBX, R12, 1, 0), 17);
    say("vmovups ZMMWORD PTR [rbx+r12*1+0x0],zmm17");
    code.broadcast(28, new Memory(R11, RDX, 4, 12));
    say("vbroadcastss zmm28,DWORD PTR [r11+rdx*4+0xc]");
    code.broadcastInt(31, RAX);
    say("vpbroadcastd zmm31,eax");
    code.widen(25, Memory.at(RBP, 0));
    say("vcvtph2ps zmm25,YMMWORD PTR [rbp+0x0]");
    code.multiplyAdd(23, 29, 27);
    say("vfmadd231ps zmm23,zmm29,zmm27");
    code.multiplyAddPairs(0, 24, 28);
    say("vdpbf16ps zmm0,zmm24,zmm28");
    code.multiplyAddPairs(23, 29, 27);
    say("vdpbf16ps zmm23,zmm29,zmm27");
    code.multiplyAddPairs(5, 28, Memory.at(RCX, 64));
    say("vdpbf16ps zmm5,zmm28,ZMMWORD PTR [rcx+0x40]");
    code.multiplyAddPairs(3, 28, Memory.at(RCX, 768 + 192));
    say("vdpbf16ps zmm3,zmm28,ZMMWORD PTR [rcx+0x3c0]");
    code.zero(19);
    say("vpxord zmm19,zmm19,zmm19");
    code.and(26, 31, Memory.at(RCX, 128));
    say("vpandd zmm26,zmm31,ZMMWORD PTR [rcx+0x80]");
    code.shiftLeft(24, Memory.at(RCX, 0), 16);
    say("vpslld zmm24,ZMMWORD PTR [rcx+0x0],0x10");
    code.cleanUpper();
    say("vzeroupper");
  }

  private void general() {
    code.address(R8, new Memory(R8, RSI, 1, 0));
    say("lea r8,[r8+rsi*1+0x0]");
    code.loadLong(R9, Memory.at(RSP, 16));
    say("mov r9,QWORD PTR [rsp+0x10]");
    code.setInt(RAX, 0xFFFF0000);
    say("mov eax,0xffff0000");
    code.add(R10, 256);
    say("add r10,0x100");
    code.subtract(R9, 4);
    say("sub r9,0x4");
    code.negate(RAX);
    say("neg rax");
    code.push(R12);
    say("push r12");
    code.pop(RBX);
    say("pop rbx");
    code.prefetch(Memory.at(RAX, 64));
    say("prefetcht1 BYTE PTR [rax+0x40]");
    code.prefetch(new Memory(RBX, R12, 1, 0));
    say("prefetcht1 BYTE PTR [rbx+r12*1+0x0]");
    code.storeControl(Memory.at(RSP, -8));
    say("stmxcsr DWORD PTR [rsp-0x8]");
    code.loadInt(RAX, Memory.at(RSP, -8));
    say("mov eax,DWORD PTR [rsp-0x8]");
    code.orInt(RAX, 0x8040);
    say("or eax,0x8040");
    code.storeInt(Memory.at(RSP, -4), RAX);
    say("mov DWORD PTR [rsp-0x4],eax");
    code.loadControl(Memory.at(RSP, -4));
    say("ldmxcsr DWORD PTR [rsp-0x4]");
    code.address(RDI, new Memory(RDI, RSI, 1, 0));
    say("lea rdi,[rdi+rsi*1+0x0]");
    code.ret();
    say("ret");
  }

  @Test
  void shouldWriteWhatADisassemblerReads() throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(OBJDUMP), "no objdump (Debian: binutils) here");
    vectors();
    general();

    assertEquals(String.join("\n", expected), String.join("\n", disassembled(code.code())));
  }

  @Test
  void shouldWriteProductsOfPairsAsTheManualEncodesThem() {
    code.multiplyAddPairs(0, 24, 28);
    code.multiplyAddPairs(5, 28, Memory.at(RCX, 64));
    code.prefetch(Memory.at(RAX, 0));

    assertArrayEquals(
        HexFormat.of().parseHex("62923e4052c4" + "62f21e40526901" + "400f185000"), code.code());
  }

  private List<String> disassembled(final byte[] bytes) throws IOException, InterruptedException {
    final Path file = folder.resolve("code");
    Files.write(file, bytes);
    final Process process =
        new ProcessBuilder(
                OBJDUMP.toString(),
                "-D",
                "-b",
                "binary",
                "-mi386:x86-64",
                "-Mintel",
                "--no-show-raw-insn",
                file.toString())
            .redirectErrorStream(true)
            .start();
    final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), text);
    return text.lines()
        .filter(line -> line.matches("\\s+[0-9a-f]+:\\s.*"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .map(line -> line.replaceAll("\\s+#.*", "").replaceAll("^(rex\\s+)", ""))
        .map(line -> line.replaceAll("^(\\S+)\\s+", "$1 "))
        .toList();
  }
}
