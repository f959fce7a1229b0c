#!/usr/bin/env bash
# Starts ComfyUI, waits until it answers, then starts the worker. When one of them ends, so does the
# other, and the container with the code of the one that ended first: RunPod then starts a new one.
# Both write to standard output and error, which is where RunPod's log looks.
set -uo pipefail

comfyui=${COMFYUI_HOME:-/opt/comfyui}
comfyui_python=${COMFYUI_PYTHON:-/opt/comfyui-env/bin/python}
worker_python=${WORKER_PYTHON:-/opt/worker-env/bin/python}
package=${AFFICHE_WORKER_PACKAGE:-$(cd "$(dirname "$0")" && pwd)}
export COMFY_API_URL=${COMFY_API_URL:-http://127.0.0.1:8188}
port=${COMFY_API_URL##*:}
port=${port%%/*}
patience=${AFFICHE_WORKER_START_SECONDS:-300}

say() { echo "entrypoint: $*"; }

running=()
stop() {
    trap - TERM INT EXIT
    for process in "${running[@]}"; do kill -TERM "$process" 2>/dev/null; done
    for _ in {1..50}; do
        [ -z "$(jobs -rp)" ] && break
        sleep 0.2
    done
    for process in $(jobs -rp); do kill -KILL "$process" 2>/dev/null; done
    wait
    exit "$1"
}
trap 'say "told to stop"; stop 143' TERM INT

# It gives memory back to the system, which Python's own allocator does not.
tcmalloc=$(ldconfig -p 2>/dev/null | grep -o '/[^ ]*libtcmalloc_minimal\.so\.[0-9]*' | head -n 1)
[ -z "$tcmalloc" ] || say "ComfyUI with $tcmalloc"

say "starting ComfyUI"
# Without metadata: its pictures would carry the whole graph and the prompt.
# shellcheck disable=SC2086 # COMFYUI_ARGS is a list of words
LD_PRELOAD=$tcmalloc "$comfyui_python" "$comfyui/main.py" --listen 127.0.0.1 --port "$port" \
    --disable-auto-launch --disable-metadata ${COMFYUI_ARGS:-} &
running+=($!)

waited=0
until curl -fsS --max-time 2 -o /dev/null "$COMFY_API_URL/system_stats" 2>/dev/null; do
    if ! kill -0 "${running[0]}" 2>/dev/null; then
        wait "${running[0]}"
        code=$?
        say "ComfyUI ended with $code before it answered; what it wrote is above"
        stop $((code == 0 ? 1 : code))
    fi
    if [ "$waited" -ge "$patience" ]; then
        say "ComfyUI did not answer at $COMFY_API_URL within $patience s"
        stop 1
    fi
    sleep 1
    waited=$((waited + 1))
done

say "starting the worker after $waited s"
"$worker_python" -u "$package/handler.py" "$@" &
running+=($!)

wait -n
code=$?
if kill -0 "${running[0]}" 2>/dev/null; then
    say "the worker ended with $code"
else
    say "ComfyUI ended with $code"
    code=$((code == 0 ? 1 : code))
fi
stop "$code"
