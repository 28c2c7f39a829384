package dev.coppice.worlds.python;

import java.util.List;

/** Programs that reach for the host's files, processes, environment and network. */
final class HostAbuses {
  private HostAbuses() {}

  static final List<Abuse> ALL =
      List.of(
          Abuse.plain(
              "read a file of the host",
              """
              print("ESCAPED" if "secret" in open("HOST_FILE").read() else "")
              """),
          Abuse.plain(
              "read /etc/passwd",
              """
              print("ESCAPED" if open("/etc/passwd").read() else "")
              """),
          Abuse.plain(
              "write into a folder of the host",
              """
              open("HOST_FOLDER/written", "w").write("x")
              print("ESCAPED")
              """),
          Abuse.plain(
              "follow a symbolic link out",
              """
              import os
              os.symlink("HOST_FILE", "link")
              print("ESCAPED" if "secret" in open("link").read() else "")
              """),
          Abuse.plain(
              "link a file of the host",
              """
              import os
              os.link("HOST_FILE", "hard")
              print("ESCAPED")
              """),
          Abuse.plain(
              "climb out of the folder",
              """
              import os
              path = "../" * 40 + "HOST_FILE"
              print("ESCAPED" if "secret" in open(path).read() else "")
              """),
          Abuse.plain(
              "go through the root of /proc",
              """
              import os
              for pid in ("1", "self", str(os.getppid())):
                  try:
                      if "secret" in open("/proc/" + pid + "/root/HOST_FILE").read():
                          print("ESCAPED")
                  except OSError as e:
                      print(e)
              """),
          Abuse.plain(
              "go through the working folder of the engine",
              """
              import os
              print("ESCAPED", os.listdir("/proc/ENGINE_PID/cwd"))
              """),
          Abuse.plain(
              "write where programs and settings live",
              """
              for folder in WRITABLE:
                  try:
                      open(folder + "/coppice-was-here", "w").write("x")
                      print("ESCAPED", folder)
                  except OSError as e:
                      print(e)
              """),
          Abuse.plain(
              "run a program of the host",
              """
              import subprocess
              print(subprocess.run(["HOST_FOLDER/program"], capture_output=True).stdout)
              """),
          Abuse.plain(
              "see the engine among the processes",
              """
              import os
              print("ESCAPED" if "ENGINE_PID" in os.listdir("/proc") else "")
              """),
          Abuse.plain(
              "read the environment of the engine",
              """
              print("ESCAPED" if open("/proc/ENGINE_PID/environ", "rb").read() else "")
              """),
          Abuse.plain(
              "read the own environment",
              """
              import os
              own = open("/proc/self/environ").read()
              print("ESCAPED" if "COPPICE_CANARY" in os.environ or "COPPICE_CANARY" in own else "")
              """),
          Abuse.plain(
              "signal the engine",
              """
              import os
              os.kill(ENGINE_PID, 0)
              print("ESCAPED")
              """),
          Abuse.inside(
              "kill the parent",
              """
              import os, signal, time
              child = os.fork()
              if child == 0:
                  time.sleep(60)
              os.kill(child, signal.SIGKILL)
              print("FIRED" if os.WIFSIGNALED(os.waitpid(child, 0)[1]) else "", flush=True)
              before = os.getppid()
              for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
                  os.kill(before, number)
              time.sleep(0.2)
              print("ESCAPED" if os.getppid() != before else "")
              """),
          Abuse.inside(
              "kill everything in sight",
              """
              import os, signal, time
              signal.signal(signal.SIGUSR1, signal.SIG_IGN)
              child = os.fork()
              if child == 0:
                  signal.signal(signal.SIGUSR1, signal.SIG_DFL)
                  time.sleep(60)
              time.sleep(0.2)
              os.kill(-1, signal.SIGUSR1)
              print("FIRED" if os.WIFSIGNALED(os.waitpid(child, 0)[1]) else "")
              """),
          Abuse.plain(
              "connect to a server on the host",
              """
              import socket
              socket.create_connection(("127.0.0.1", TCP_PORT), 1).close()
              print("ESCAPED")
              """),
          Abuse.plain(
              "send a datagram to the host",
              """
              import socket
              s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
              s.settimeout(1)
              s.sendto(b"hello", ("127.0.0.1", UDP_PORT))
              print("ESCAPED" if s.recv(10) else "")
              """),
          Abuse.plain(
              "connect to a socket file of the host",
              """
              import socket
              s = socket.socket(socket.AF_UNIX)
              s.settimeout(1)
              s.connect("UNIX_SOCKET")
              print("ESCAPED")
              """),
          Abuse.plain(
              "ask the kernel about routes",
              """
              import socket
              socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
              print("ESCAPED")
              """),
          Abuse.root(
              "listen to packets",
              """
              import socket
              socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
              print("ESCAPED")
              """));
}
