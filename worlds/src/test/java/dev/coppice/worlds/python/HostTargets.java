package dev.coppice.worlds.python;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What a program might reach for on the host: files, sockets, a process. */
final class HostTargets implements AutoCloseable {
  private static final int PLAIN_TIMEOUT_MS = 20_000;
  private static final int DATAGRAM_BYTES = 64;

  private final Path folder;
  private final Path scratch;
  private final ServerSocket tcp;
  private final DatagramSocket udp;
  private final ServerSocketChannel unix;
  private final Process victim;

  private HostTargets(final Path folder) throws IOException {
    this.folder = Files.createDirectory(folder.resolve("host"));
    scratch = Files.createDirectory(folder.resolve("scratch"));
    Files.writeString(this.folder.resolve("file.txt"), "secret");
    final Path program = this.folder.resolve("program");
    Files.writeString(program, "#!/bin/sh\necho ESCAPED\n");
    program.toFile().setExecutable(true, false);
    // So that nothing but the sandbox is in the way of another user.
    folder.toFile().setExecutable(true, false);
    folder.toFile().setReadable(true, false);
    tcp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    udp = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    unix.bind(UnixDomainSocketAddress.of(this.folder.resolve("socket")));
    victim = new ProcessBuilder("/bin/sleep", "1000").start();
    Thread.ofVirtual().start(this::echo);
  }

  static HostTargets open(final Path folder) throws IOException {
    return new HostTargets(folder);
  }

  private void echo() {
    final DatagramPacket packet = new DatagramPacket(new byte[DATAGRAM_BYTES], DATAGRAM_BYTES);
    try {
      while (!udp.isClosed()) {
        udp.receive(packet);
        udp.send(packet);
      }
    } catch (IOException e) {
      if (!udp.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Puts the targets' names into a program. */
  String filled(final String code, final boolean isSandboxed) {
    final String writable =
        isSandboxed
            ? "['', '/usr', '/usr/bin', '/etc', '/dev', '/proc/sys/kernel', '/sys', '/root', '/var']"
            : "['" + folder + "']";
    return code.replace("HOST_FILE", folder.resolve("file.txt").toString())
        .replace("HOST_FOLDER", folder.toString())
        .replace("WRITABLE", writable)
        .replace("ENGINE_PID", Long.toString(ProcessHandle.current().pid()))
        .replace("TCP_PORT", Integer.toString(tcp.getLocalPort()))
        .replace("UDP_PORT", Integer.toString(udp.getLocalPort()))
        .replace("UNIX_SOCKET", folder.resolve("socket").toString());
  }

  /** Runs a program as a plain process, in a folder of its own. */
  String plain(final String code) throws Exception {
    final Path work = Files.createTempDirectory(scratch, "plain");
    final ProcessBuilder builder =
        new ProcessBuilder("/usr/bin/python3", "-c", filled(code, false))
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("output").toFile());
    builder.environment().put("COPPICE_CANARY", "canary");
    final Process process = builder.start();
    if (!process.waitFor(PLAIN_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
    }
    Files.deleteIfExists(folder.resolve("written"));
    Files.deleteIfExists(folder.resolve("coppice-was-here"));
    return Files.readString(work.resolve("output"), StandardCharsets.UTF_8);
  }

  /** Tells whether the files are as they were and the process lives. */
  boolean isUntouched() throws IOException {
    try (var files = Files.list(folder)) {
      return files.count() == 3
          && Files.readString(folder.resolve("file.txt")).equals("secret")
          && victim.isAlive();
    }
  }

  @Override
  public void close() throws IOException {
    tcp.close();
    udp.close();
    unix.close();
    victim.destroyForcibly();
  }
}
