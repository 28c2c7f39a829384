/**
 * The walls around programs that nobody vouches for: what bubblewrap is started with, the filter of
 * system calls, the thread that starts it.
 *
 * <p>Read in this order: {@link dev.coppice.worlds.sandbox.SandboxParts}, {@code SyscallFilter}, {@code
 * Syscall}.
 */
package dev.coppice.worlds.sandbox;
