package dev.coppice.worlds.python;

import java.util.Arrays;

/**
 * Lists the numbers of system calls on one architecture.
 *
 * @param audit name of the architecture in the kernel's audit system.
 * @param x32Bit that marks calls of the x32 interface, or 0 where there is none.
 * @param fork the number of clone, which makes processes and threads.
 * @param clone3 that does the same with its flags in memory, where no filter sees them.
 * @param ioctl that can type into a terminal.
 * @param socket that opens sockets.
 * @param refused calls that always fail.
 */
record SyscallTable(
    int audit, int x32Bit, int fork, int clone3, int ioctl, int socket, int[] refused) {

  /** Refused on both: io_uring, the mount interface by file descriptors, and others of 2019 on. */
  private static final int[] UNIFIED = {
    425,
    426,
    427, // io_uring_setup, io_uring_enter, io_uring_register
    428,
    429,
    430,
    431,
    432,
    433,
    442, // open_tree, move_mount, fs*, mount_setattr
    438,
    440,
    447 // pidfd_getfd, process_madvise, memfd_secret
  };

  static final SyscallTable X86_64 =
      new SyscallTable(
          0xc000003e,
          0x40000000,
          56,
          435,
          16,
          41,
          both(
              101,
              310,
              311,
              312, // ptrace, process_vm_readv, process_vm_writev, kcmp
              165,
              166,
              155,
              161, // mount, umount2, pivot_root, chroot
              272,
              308, // unshare, setns
              248,
              249,
              250, // add_key, request_key, keyctl
              321,
              298,
              323, // bpf, perf_event_open, userfaultfd
              246,
              320,
              175,
              313,
              176, // kexec_load, kexec_file_load, *_module
              303,
              304,
              300, // name_to_handle_at, open_by_handle_at, fanotify_init
              135,
              154,
              172,
              173, // personality, modify_ldt, iopl, ioperm
              179,
              167,
              168,
              169,
              163,
              103, // quotactl, swapon, swapoff, reboot, acct, syslog
              164,
              227,
              159,
              305, // settimeofday, clock_settime, adjtimex, clock_adjtime
              133,
              259,
              170,
              171,
              153, // mknod, mknodat, sethostname, setdomainname, vhangup
              319,
              29,
              68 // memfd_create, shmget, msgget
              ));

  static final SyscallTable AARCH64 =
      new SyscallTable(
          0xc00000b7,
          0,
          220,
          435,
          29,
          198,
          both(
              117,
              270,
              271,
              272, // ptrace, process_vm_readv, process_vm_writev, kcmp
              40,
              39,
              41,
              51, // mount, umount2, pivot_root, chroot
              97,
              268, // unshare, setns
              217,
              218,
              219, // add_key, request_key, keyctl
              280,
              241,
              282, // bpf, perf_event_open, userfaultfd
              104,
              294,
              105,
              273,
              106, // kexec_load, kexec_file_load, *_module
              264,
              265,
              262, // name_to_handle_at, open_by_handle_at, fanotify_init
              92, // personality
              60,
              224,
              225,
              142,
              89,
              116, // quotactl, swapon, swapoff, reboot, acct, syslog
              170,
              112,
              171,
              266, // settimeofday, clock_settime, adjtimex, clock_adjtime
              33,
              161,
              162,
              58, // mknodat, sethostname, setdomainname, vhangup
              279,
              194,
              186 // memfd_create, shmget, msgget
              ));

  private static int[] both(final int... own) {
    final int[] all = Arrays.copyOf(own, own.length + UNIFIED.length);
    System.arraycopy(UNIFIED, 0, all, own.length, UNIFIED.length);
    return all;
  }
}
