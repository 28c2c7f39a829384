#!/usr/bin/env bash
# Builds llama.cpp's llama-batched-bench for this processor out of the source package of
# llama-cpp-python, and a Python environment that writes GGUF files. Needs python3, cmake and a C++
# compiler, and the registry of Python packages. Usage: [JOBS=N] install.sh DIR; N compilers at a time
# (default: one per core).
set -euo pipefail

version=0.3.36
target="${1:?usage: install.sh DIR}"
for tool in python3 cmake c++; do
  command -v "$tool" >/dev/null || { echo "install.sh: $tool was not found" >&2; exit 2; }
done
mkdir -p "$target"
cd "$target"
[ -x venv/bin/python ] || python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check numpy==2.* gguf==0.19.0
if [ ! -d source ]; then
  venv/bin/pip download -q --disable-pip-version-check --no-deps \
    --no-binary llama-cpp-python "llama-cpp-python==$version" -d . >download.log 2>&1 || true
  if [ ! -f "llama_cpp_python-$version.tar.gz" ]; then
    tail -n 3 download.log >&2
    echo "install.sh: put llama_cpp_python-$version.tar.gz from the registry into $target" >&2
    exit 1
  fi
  mkdir source
  tar xzf "llama_cpp_python-$version.tar.gz" -C source --strip-components 1
fi
cmake -B build -S source/vendor/llama.cpp -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON \
  -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
  -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_TOOLS=ON -DBUILD_SHARED_LIBS=OFF >cmake.log
cmake --build build --target llama-batched-bench -j "${JOBS:-$(getconf _NPROCESSORS_ONLN)}"
echo "installed in $target"
