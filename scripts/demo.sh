#!/usr/bin/env bash
# The first minute: starts a Redis, an orchestrator, a reaper and two workers, each a process of its
# own that finds the others through Redis only; lets them index the text files under DIR (default:
# this repository) with examples/index.yaml; prints the report; stops everything it started.
#   scripts/demo.sh [DIR]
# With --failures the same processes take a run through failures of every kind instead, and show its
# history: see demo-failures.
#   scripts/demo.sh --failures
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
stepweir=$root/scripts/stepweir
patience=60 # seconds for a process to be ready

usage='usage: scripts/demo.sh [DIR], or scripts/demo.sh --failures'
failures=false
case ${1-} in
  -h | --help)
    echo "$usage"
    exit 0
    ;;
esac
if [ "${1-}" = --failures ]; then
  failures=true
  shift
  . "$root/scripts/demo-failures"
  [ $# -eq 0 ] || set -- --no-directory-beside-it
fi
if [ $# -gt 1 ] || [[ ${1-} == -* ]]; then
  echo "$usage" >&2
  exit 2
fi
if ! dir=$(CDPATH='' cd -- "${1:-$root}" 2>/dev/null && pwd -P); then
  echo "demo: no such directory, or not a readable one: $1" >&2
  exit 2
fi

# The processes started here must meet in the Redis started here.
unset STEPWEIR_REDIS STEPWEIR_NAMESPACE
# And be as the demonstration says, whatever is set for others.
unset STEPWEIR_WORKER_NAME STEPWEIR_LEASE STEPWEIR_HEARTBEAT STEPWEIR_LOOK_EVERY \
  STEPWEIR_CRASH_BUDGET
export STEPWEIR_LOG=INFO
if $failures; then
  # The dead are noticed after 25 s if nothing is said; nobody wants to watch that.
  export STEPWEIR_LEASE=4s STEPWEIR_HEARTBEAT=1s STEPWEIR_LOOK_EVERY=500ms
fi

millis() {
  local now=${EPOCHREALTIME:-$(date +%s).000000}
  now=${now/[!0-9]/}
  echo $((now / 1000))
}

# say <text>: with the seconds since the demo began.
say() {
  local ms=$(($(millis) - begun))
  printf '%3d.%d s  %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$*"
}

names=()
pids=()
work=

# stop_one <index>: asks it to end, waits, and after 15 s insists.
stop_one() {
  local pid=${pids[$1]} waited=0
  kill -TERM "$pid" 2>/dev/null || :
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$waited" -eq 150 ]; then
      kill -KILL "$pid" 2>/dev/null || :
    fi
    waited=$((waited + 1))
    sleep 0.1
  done
  wait "$pid" 2>/dev/null || :
}

finish() {
  local code=$? i
  trap '' INT TERM HUP
  for ((i = ${#pids[@]} - 1; i > 0; i--)); do
    kill -TERM "${pids[i]}" 2>/dev/null || :
  done
  # Redis was the first to start and is the last to stop.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    stop_one "$i"
  done
  [ ${#pids[@]} -eq 0 ] || say "stopped all ${#pids[@]} processes"
  if [ -n "$work" ]; then
    rm -rf -- "$work/.stepweir"
    if [ "$code" -eq 0 ]; then
      rm -f -- "$work"/*.log
      rm -rf -- "$work/service" "$work/shipments" "$work/approval"
    else
      echo "demo: failed; what the processes said is in $work" >&2
    fi
  fi
  exit "$code"
}

# start <name> <command...>: in the background. It finds Redis by the note that 'stepweir redis'
# left in this directory, for its owner's eyes only.
start() {
  local name=$1
  shift
  : >"$work/$name.log"
  (cd -- "$work" && exec "$stepweir" "$@") >>"$work/$name.log" 2>&1 </dev/null &
  names+=("$name")
  pids+=($!)
}

# await_ready <index>
await_ready() {
  local log=$work/${names[$1]}.log waited=0
  until grep -q '^ready ' "$log"; do
    if ! kill -0 "${pids[$1]}" 2>/dev/null || [ "$waited" -ge $((patience * 10)) ]; then
      echo "demo: ${names[$1]} did not start:" >&2
      tail -n 5 "$log" >&2
      exit 1
    fi
    waited=$((waited + 1))
    sleep 0.1
  done
}

# file_uri <path>: byte by byte, since a file's name need not be text.
file_uri() {
  local LC_ALL=C path=$1 out='' char code i
  for ((i = 0; i < ${#path}; i++)); do
    char=${path:i:1}
    case $char in
      [a-zA-Z0-9/._~-]) out+=$char ;;
      *)
        printf -v code '%d' "'$char"
        printf -v char '%%%02X' $((code & 255))
        out+=$char
        ;;
    esac
  done
  echo "file://$out"
}

seen=(0 0)

# show_steps: the lines that the handlers logged since the last call, by worker.
show_steps() {
  local i log lines
  for i in 0 1; do
    log=$work/worker-$((i + 1)).log
    lines=$(wc -l <"$log")
    [ "$lines" -gt "${seen[i]}" ] || continue
    sed -n "$((seen[i] + 1)),${lines}s/^.* index-[a-z]* run=[^ ]* step=\([^ ]*\) attempt=[0-9]* /\1 /p" \
      "$log" | while read -r step what; do
      say "  worker $((i + 1))  $(printf '%-8s' "$step") $what"
    done
    seen[i]=$lines
  done
}

# texts: the names of the files under DIR that have no NUL byte, each ended by one.
texts() {
  if printf 'x' | grep -qP '\x78' 2>/dev/null; then
    xargs -0 grep -asLZP '\x00' <"$work/files.log" || :
    return
  fi
  local file
  while IFS= read -r -d '' file; do
    if [ -r "$file" ] && ! IFS= read -r -d '' _ <"$file"; then
      printf '%s\0' "$file"
    fi
  done <"$work/files.log"
}

# count_again: files, lines, words and bytes, with tools that have nothing to do with Stepweir.
count_again() {
  export LC_ALL=C
  cd -- "$dir"
  find . -type d \( -name .git -o -name target \) -prune -o -type f -print0 \
    >"$work/files.log" 2>/dev/null || :
  : >"$work/texts.log"
  [ ! -s "$work/files.log" ] || texts >"$work/texts.log"
  if [ ! -s "$work/texts.log" ]; then
    echo "0 0 0 0"
    return
  fi
  local files lines words bytes
  files=$(tr -cd '\0' <"$work/texts.log" | wc -c)
  lines=$(xargs -0 cat <"$work/texts.log" | wc -l)
  bytes=$(xargs -0 cat <"$work/texts.log" | wc -c)
  # grep ends the last line of each file, lest the next one continues its last word. Some versions
  # of wc overlook words without an ASCII letter, so every byte that is not white space becomes one.
  words=$(xargs -0 grep -ah '' <"$work/texts.log" |
    tr '\001-\010\016-\037\041-\176\177-\377' x | wc -w)
  echo $((files)) $((lines)) $((words)) $((bytes))
}

# reported <row>: a figure of the report, without its commas.
reported() {
  sed -n "s/^$1  *\([0-9,]*\)\$/\1/p" "$work/report.txt" | tr -d ,
}

begun=$(millis)
"$stepweir" --version >/dev/null # builds, if need be
begun=$(millis)

trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p -- "$root/target/demo"
work=$(mktemp -d -- "$root/target/demo/XXXXXX")

start redis redis
await_ready 0
say "Redis listens on 127.0.0.1:$(sed -n 's/^ready redis //p' "$work/redis.log")"
if $failures; then
  submit_twice
fi
start orchestrator orchestrator
start reaper reaper
start worker-1 worker --concurrency 2
start worker-2 worker --concurrency 2
for i in 1 2 3 4; do
  await_ready "$i"
done
say "an orchestrator, a reaper and two workers are ready (processes ${pids[*]:1})"

if $failures; then
  show_failures
  exit 0
fi
say "indexing $dir"
start client run "$root/examples/index.yaml" --wait-timeout 10m --input \
  "{\"dir\": \"$(file_uri "$dir")\", \"report\": \"$(file_uri "$work/report.txt")\"}"
client=${pids[5]}
while kill -0 "$client" 2>/dev/null; do
  show_steps
  sleep 0.1
done
show_steps
if ! wait "$client"; then
  tail -n 5 "$work/client.log" >&2
  exit 1
fi
say "$(sed -n 's/^\(run .* COMPLETED\)$/\1/p' "$work/client.log")"

echo
sed 's/^/  /' "$work/report.txt"
echo
read -r files lines words bytes < <(count_again)
counted="$files files, $lines lines, $words words, $bytes bytes"
figures="$(reported 'text files') files, $(reported lines) lines, $(reported words) words,"
figures+=" $(reported bytes) bytes"
if [ "$counted" != "$figures" ]; then
  echo "demo: find, grep and wc count something else (were files changed meanwhile?):" >&2
  echo "  $counted" >&2
  exit 1
fi
say "find, grep and wc count the same"
say "the report is in $work/report.txt"
