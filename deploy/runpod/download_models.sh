#!/usr/bin/env bash
# Downloads the files that models.txt lists into a folder: ./download_models.sh [FOLDER]
# (./models if left out). May be stopped and run again: it goes on where it was, and what is whole
# is not fetched again. Sizes and checksums are those of models.txt; where that has none, those that
# the server itself names.
#
# A gated model wants HF_TOKEN, and its licence agreed to on its page.
set -uo pipefail

list=${MODELS_LIST:-$(cd "$(dirname "$0")" && pwd)/models.txt}
folder=${1:-models}
tries=${DOWNLOAD_TRIES:-5}
failed=0

say() { echo "models: $*"; }
complain() { echo "models: $*" >&2; }

# The token goes by a file descriptor, so that no list of processes shows it.
fetch() {
    if [ -n "${HF_TOKEN:-}" ]; then
        curl -K <(printf 'header = "Authorization: Bearer %s"\n' "$HF_TOKEN") "$@"
    else
        curl "$@"
    fi
}

size_of() { wc -c <"$1" | tr -d ' '; }

# Sets `told_size` and `told_digest` to what the server says of the file, as far as it does.
ask() {
    local heads
    heads=$(fetch -sIL --max-time 60 "$1" | tr -d '\r' | tr '[:upper:]' '[:lower:]')
    told_digest=$(sed -n 's/^x-linked-etag: *"\{0,1\}\([0-9a-f]\{64\}\)"\{0,1\}$/\1/p' <<<"$heads" | tail -n 1)
    told_size=$(sed -n 's/^x-linked-size: *\([0-9]*\)$/\1/p' <<<"$heads" | tail -n 1)
}

# Whether file $1 has size $2 and checksum $3, either of which may be "-"; says why not.
whole() {
    if [ "$2" != - ] && [ "$(size_of "$1")" != "$2" ]; then
        complain "$1 has $(size_of "$1") bytes instead of $2"
        return 1
    fi
    if [ "$3" != - ] && [ "$(sha256sum "$1" | cut -d' ' -f1)" != "$3" ]; then
        complain "$1 has another checksum than $3"
        return 1
    fi
}

refused() {
    local page=${2%%/resolve/*}
    complain "$1: the server answers $3 (forbidden)"
    complain "  the licence of this model has to be agreed to, once, by the owner of the token:"
    complain "  1. sign in and press \"Agree and access\" on $page"
    complain "  2. make a token that may read gated models (huggingface-cli login shows where)"
    complain "  3. run this again with HF_TOKEN=hf_…"
    [ -n "${HF_TOKEN:-}" ] || complain "  HF_TOKEN is not set"
}

# Downloads $2 into $1.part, going on with what is there. 0 done, 1 try again, 2 give up.
download() {
    local status code
    status=$(fetch -sSL --connect-timeout 30 --speed-limit 1024 --speed-time 60 \
        -C - -o "$1.part" -w '%{http_code}' --fail "$2")
    code=$?
    case $code:$status in
        0:*) return 0 ;;
        *:401 | *:403) refused "$3" "$2" "$status"; return 2 ;;
        *:404) complain "$3: nothing is at $2 (404)"; return 2 ;;
        # All of it is there already, or more than all: the checksum will tell.
        *:416) return 0 ;;
        33:*) rm -f "$1.part" ;;
        23:*) complain "$3: cannot be written; is there room? $(df -h "$folder" | tail -n 1)"; return 2 ;;
    esac
    complain "$3: broke off (curl $code, status $status)"
    return 1
}

one() {
    local name=$2 size=$3 digest=$4 address=$5 target="$folder/$1/$2" again
    if [ "$address" = - ]; then
        [ -e "$target" ] && { say "$1/$name is there"; return 0; }
        complain "$1/$name: models.txt has no address for it; write one, or copy the file to $target"
        return 1
    fi
    if [ "$size" = - ] || [ "$digest" = - ]; then
        ask "$address"
        [ "$size" != - ] || size=${told_size:--}
        [ "$digest" != - ] || digest=${told_digest:--}
    fi
    if [ -e "$target" ]; then
        if whole "$target" "$size" "$digest"; then
            say "$1/$name is there"
            return 0
        fi
        rm -f "$target"
    fi
    mkdir -p "$folder/$1" || return 1
    say "fetching $1/$name"
    for ((again = 1; again <= tries; again++)); do
        download "$target" "$address" "$1/$name"
        case $? in
            2) return 1 ;;
            0)
                if whole "$target.part" "$size" "$digest"; then
                    mv -f "$target.part" "$target" && say "$1/$name is whole ($(size_of "$target") bytes)"
                    return
                fi
                rm -f "$target.part"
                ;;
        esac
        [ "$again" = "$tries" ] || sleep "${DOWNLOAD_PAUSE:-3}"
    done
    complain "$1/$name: given up after $tries tries"
    return 1
}

while read -r kind name size digest address rest; do
    case $kind in '' | '#'*) continue ;; esac
    if [ -z "${address:-}" ] || [ -n "${rest:-}" ]; then
        complain "models.txt: \"$kind $name\" is no line of folder, file, bytes, sha256, address"
        failed=1
        continue
    fi
    one "$kind" "$name" "$size" "$digest" "$address" || failed=1
done <"$list" || failed=1

[ "$failed" = 0 ] && say "all there, in $folder"
exit "$failed"
