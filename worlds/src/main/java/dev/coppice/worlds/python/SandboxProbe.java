package dev.coppice.worlds.python;

import dev.coppice.worlds.sandbox.SandboxUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tries a sandbox before anything untrusted runs in it.
 *
 * @thread stateless, any thread
 */
final class SandboxProbe {
  /** Prints a line per wall that does not hold. */
  private static final String PROGRAM =
      """
      import os, resource
      with open("/proc/self/status") as file:
          status = dict(line.split(":", 1) for line in file if ":" in line)
      with open("/proc/net/dev") as file:
          interfaces = [line.split(":")[0].strip() for line in file if ":" in line]
      def wall(name, holds):
          if not holds:
              print("BREACH", name)
      wall("seccomp", status["Seccomp"].strip() == "2")
      wall("no_new_privs", status["NoNewPrivs"].strip() == "1")
      wall("capabilities", int(status["CapEff"], 16) == 0 and int(status["CapBnd"], 16) == 0)
      wall("uid", os.getuid() == 65534)
      wall("environment", not os.environ)
      wall("network", interfaces in ([], ["lo"]))
      wall("host files", not os.path.exists("CANARY"))
      wall("root", not os.access("/", os.W_OK) and not os.access("/usr", os.W_OK))
      wall("dev", not os.access("/dev", os.W_OK))
      wall("processes", os.getpid() < 16)
      wall("limits", resource.getrlimit(resource.RLIMIT_NPROC) == (PROCESSES, PROCESSES))
      print("PROBED")
      """;

  private SandboxProbe() {}

  /**
   * Runs the probe.
   *
   * @param sandbox to try.
   * @param limits it is to hold.
   * @throws SandboxUnavailableException if the sandbox does not start or does not hold.
   */
  static void run(final Bubblewrap sandbox, final SandboxLimits limits) {
    try {
      final Path canary = Files.createTempFile("coppice-canary", ".txt");
      try (PythonSession session = PythonSession.start(sandbox, limits, 0)) {
        final CellResult result =
            session.run(
                PROGRAM
                    .replace("CANARY", canary.toString())
                    .replace(
                        "PROCESSES",
                        Integer.toString(limits.processes() + SandboxLimits.MOST_FORKS)));
        if (result.status() != CellResult.Status.OK || !result.output().equals("PROBED\n")) {
          throw new SandboxUnavailableException(
              "the sandbox does not hold (" + result.status() + "): " + result.output().strip());
        }
      } finally {
        Files.deleteIfExists(canary);
      }
    } catch (IOException e) {
      throw new SandboxUnavailableException(
          e.getMessage()
              + "; the kernel must let an ordinary user make user namespaces"
              + " (see kernel.unprivileged_userns_clone, user.max_user_namespaces and"
              + " kernel.apparmor_restrict_unprivileged_userns)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SandboxUnavailableException("the probe was interrupted");
    }
  }
}
