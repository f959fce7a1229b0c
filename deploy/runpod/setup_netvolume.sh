#!/usr/bin/env bash
# Fills a network volume with the models, once: in a pod to which the volume is attached, or in
# any container that has it mounted. May be stopped and run again.
#
#   HF_TOKEN=hf_… ./setup_netvolume.sh
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
volume=${NETWORK_VOLUME_PATH:-}
# A pod has it at /workspace, a serverless worker at /runpod-volume.
for place in /runpod-volume /workspace; do
    [ -n "$volume" ] || { [ -d "$place" ] && volume=$place; }
done
if [ -z "$volume" ] || [ ! -d "$volume" ]; then
    echo "volume: there is none at ${volume:-/runpod-volume or /workspace}" >&2
    echo "volume: attach it, or name its folder with NETWORK_VOLUME_PATH" >&2
    exit 1
fi
if ! mkdir -p "$volume/models" 2>/dev/null || [ ! -w "$volume/models" ]; then
    echo "volume: $volume/models cannot be written by $(id -un); start this as root" >&2
    exit 1
fi

echo "volume: $volume, $(df -h "$volume" | awk 'NR == 2 { print $4 }') free"
"$here/download_models.sh" "$volume/models" || exit 1
echo "volume: what ComfyUI will find there"
(cd "$volume/models" && find . -type f ! -name '*.part' -printf '  %P  %s bytes\n' | sort)
