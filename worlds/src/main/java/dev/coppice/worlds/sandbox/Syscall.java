package dev.coppice.worlds.sandbox;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Lists the system calls that the filter names, with their numbers on both processors.
 *
 * <p>The first four are looked into; all others always fail. From 424 on the kernel gives a call one
 * number on every processor.
 *
 * @thread immutable, any thread
 * @source Linux 6.12, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
 */
enum Syscall {
  /** Makes processes and threads. */
  CLONE(56, 220),
  /** Does the same with its flags in memory, where no filter sees them. */
  CLONE3(435),
  /** Can type into a terminal. */
  IOCTL(16, 29),
  /** Opens sockets. */
  SOCKET(41, 198),

  // Other processes' memory.
  PTRACE(101, 117),
  PROCESS_VM_READV(310, 270),
  PROCESS_VM_WRITEV(311, 271),
  KCMP(312, 272),

  // Mounts and namespaces.
  MOUNT(165, 40),
  UMOUNT2(166, 39),
  PIVOT_ROOT(155, 41),
  CHROOT(161, 51),
  UNSHARE(272, 97),
  SETNS(308, 268),

  // Keys, and programs inside the kernel.
  ADD_KEY(248, 217),
  REQUEST_KEY(249, 218),
  KEYCTL(250, 219),
  BPF(321, 280),
  PERF_EVENT_OPEN(298, 241),
  USERFAULTFD(323, 282),
  KEXEC_LOAD(246, 104),
  KEXEC_FILE_LOAD(320, 294),
  INIT_MODULE(175, 105),
  FINIT_MODULE(313, 273),
  DELETE_MODULE(176, 106),

  // Files by handle, past the mounts.
  NAME_TO_HANDLE_AT(303, 264),
  OPEN_BY_HANDLE_AT(304, 265),
  FANOTIFY_INIT(300, 262),

  // The machine as a whole.
  PERSONALITY(135, 92),
  MODIFY_LDT(154, Syscall.NONE),
  IOPL(172, Syscall.NONE),
  IOPERM(173, Syscall.NONE),
  QUOTACTL(179, 60),
  SWAPON(167, 224),
  SWAPOFF(168, 225),
  REBOOT(169, 142),
  ACCT(163, 89),
  SYSLOG(103, 116),
  SETTIMEOFDAY(164, 170),
  CLOCK_SETTIME(227, 112),
  ADJTIMEX(159, 171),
  CLOCK_ADJTIME(305, 266),
  MKNOD(133, Syscall.NONE),
  MKNODAT(259, 33),
  SETHOSTNAME(170, 161),
  SETDOMAINNAME(171, 162),
  VHANGUP(153, 58),

  // Memory outside the limits.
  MEMFD_CREATE(319, 279),
  SHMGET(29, 194),
  SEMGET(64, 190),
  MSGGET(68, 186),
  SETXATTR(188, 5),
  LSETXATTR(189, 6),
  FSETXATTR(190, 7),

  // Calls of 2019 on.
  IO_URING_SETUP(425),
  IO_URING_ENTER(426),
  IO_URING_REGISTER(427),
  OPEN_TREE(428),
  MOVE_MOUNT(429),
  FSOPEN(430),
  FSCONFIG(431),
  FSMOUNT(432),
  FSPICK(433),
  MOUNT_SETATTR(442),
  PIDFD_GETFD(438),
  PROCESS_MADVISE(440),
  MEMFD_SECRET(447),
  SETXATTRAT(463);

  /** The number of a call that a processor does not have. */
  static final int NONE = -1;

  private final int x86;
  private final int arm;

  Syscall(final int x86, final int arm) {
    this.x86 = x86;
    this.arm = arm;
  }

  Syscall(final int number) {
    this(number, number);
  }

  /** Returns the number on x86_64, or {@link #NONE}. */
  int x86() {
    return x86;
  }

  /** Returns the number on aarch64, or {@link #NONE}. */
  int arm() {
    return arm;
  }

  /** Returns the name the kernel gives the call. */
  String kernelName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Lists the calls that always fail. */
  static List<Syscall> refused() {
    return Arrays.stream(values()).filter(call -> call.compareTo(SOCKET) > 0).toList();
  }
}
