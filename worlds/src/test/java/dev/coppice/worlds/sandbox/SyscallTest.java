package dev.coppice.worlds.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the numbers against the kernel's headers, where they are installed, and against themselves. */
class SyscallTest {
  private static final Pattern NUMBER = Pattern.compile("#define\\s+__NR_(\\w+)\\s+(\\d+)\\b");

  @Test
  void shouldHaveTheNumbersOfTheKernelOnX86() throws IOException {
    assertNumbers(Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Syscall::x86);
  }

  @Test
  void shouldHaveTheNumbersOfTheKernelOnArm() throws IOException {
    assertNumbers(Path.of("/usr/include/asm-generic/unistd.h"), Syscall::arm);
  }

  private static void assertNumbers(final Path header, final ToIntFunction<Syscall> numbers)
      throws IOException {
    assumeTrue(Files.exists(header), "needs the kernel's headers (linux-libc-dev): " + header);
    final Map<String, Integer> known = new HashMap<>();
    final Matcher lines = NUMBER.matcher(Files.readString(header));
    while (lines.find()) {
      known.put(lines.group(1), Integer.parseInt(lines.group(2)));
    }
    final int newest = known.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    for (final Syscall call : Syscall.values()) {
      final int number = numbers.applyAsInt(call);
      if (number > newest) {
        continue; // These headers are older than the call.
      }
      assertEquals(
          known.getOrDefault(call.kernelName(), Syscall.NONE), number, call + " in " + header);
    }
  }

  @Test
  void shouldGiveNoNumberTwiceOnOneProcessor() {
    for (final ToIntFunction<Syscall> numbers :
        List.<ToIntFunction<Syscall>>of(Syscall::x86, Syscall::arm)) {
      final Set<Integer> seen = new HashSet<>();
      for (final Syscall call : Syscall.values()) {
        final int number = numbers.applyAsInt(call);
        assertTrue(number == Syscall.NONE || seen.add(number), call + " repeats " + number);
      }
    }
  }

  @Test
  void shouldRefuseTheCallsThatLeaveASandbox() {
    final Set<String> refused =
        Syscall.refused().stream().map(Syscall::kernelName).collect(Collectors.toSet());
    final Set<String> missing =
        new TreeSet<>(
            List.of(
                "ptrace",
                "process_vm_readv",
                "mount",
                "umount2",
                "pivot_root",
                "chroot",
                "unshare",
                "setns",
                "open_tree",
                "move_mount",
                "fsopen",
                "fsmount",
                "mount_setattr",
                "add_key",
                "request_key",
                "keyctl",
                "bpf",
                "perf_event_open",
                "userfaultfd",
                "kexec_load",
                "init_module",
                "finit_module",
                "open_by_handle_at",
                "io_uring_setup",
                "io_uring_enter",
                "memfd_create",
                "memfd_secret",
                "shmget",
                "msgget",
                "pidfd_getfd"));
    missing.removeAll(refused);
    assertEquals(Set.of(), missing);
    assertTrue(
        refused.stream().noneMatch(List.of("clone", "clone3", "ioctl", "socket")::contains),
        "these are looked into, not refused");
  }
}
