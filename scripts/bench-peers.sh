#!/usr/bin/env bash
# Runs BullMQ, `stepweir bench`, and BullMQ again on the same server, shape by shape, and prints how
# they compare. In such turns, since a shared machine may be slower in one minute than in the next.
#
#   scripts/bench-peers.sh [--redis URL] [--aof no|everysec|always] [--quick]
#
# Without --redis it starts a server for itself: valkey-server or redis-server from the PATH, else
# the bundled one. Needs node >= 18 and npm; what npm installs goes to the user's cache directory.
# Exit code: 0 every bar met, 1 one missed or something failed, 2 bad usage, 3 no product figures.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

redis='' aof=no quick=()
while [ $# -gt 0 ]; do
  case $1 in
    --redis) redis=${2:-} && [ -n "$redis" ] || usage && shift ;;
    --aof) aof=${2:-} && [ -n "$aof" ] || usage && shift ;;
    --quick) quick=(--quick) ;;
    *) usage ;;
  esac
  shift
done
case $aof in no | everysec | always) ;; *) usage ;; esac
for tool in node npm; do
  command -v "$tool" >/dev/null || {
    echo "bench-peers: $tool is not on the PATH; the peers need node 18 or newer and npm" >&2
    exit 1
  }
done

work=$(mktemp -d)
server=''
finish() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || :
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

server_program() {
  command -v valkey-server || command -v redis-server || {
    "$root/scripts/stepweir" --version >/dev/null
    . "$root/scripts/find-jdk"
    find_jdk
    local os=linux cpu=amd64
    [ "$(uname -s)" != Darwin ] || os=darwin
    case $(uname -m) in aarch64 | arm64) cpu=arm64 ;; esac
    local name=redis-server-7.0.15-$os-$cpu
    (cd "$work" && "$STEPWEIR_JDK/bin/jar" xf "$root"/cli/target/lib/embedded-redis-*.jar "$name")
    chmod 700 "$work/$name"
    echo "$work/$name"
  }
}

start_server() {
  local program port password append
  program=$(server_program)
  port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => {
    console.log(s.address().port); s.close(); })')
  password=$(node -p 'require("crypto").randomBytes(16).toString("hex")')
  append="appendonly no"
  [ "$aof" = no ] || append=$(printf 'appendonly yes\nappendfsync %s' "$aof")
  mkdir "$work/data"
  # The configuration goes through standard input, so that no process list shows the password.
  printf '%s\n' "bind 127.0.0.1" "port $port" "requirepass $password" "dir $work/data" 'save ""' \
    "maxmemory-policy noeviction" \
    "stream-node-max-entries 20" "loglevel warning" "$append" >"$work/redis.conf"
  "$program" - <"$work/redis.conf" >"$work/redis.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      redis=redis://:$password@127.0.0.1:$port
      return
    fi
    sleep 0.1
  done
  echo "bench-peers: the server did not start:" >&2
  cat "$work/redis.log" >&2
  exit 1
}

# npm's files stay out of the tree: one directory per set of locked versions.
cache=${XDG_CACHE_HOME:-${HOME:-${TMPDIR:-/tmp}}/.cache}/stepweir
peers=$cache/peers-$(cksum <"$root/scripts/peers/package-lock.json" | tr -d ' ')
if [ ! -d "$peers/node_modules/bullmq" ]; then
  echo "bench-peers: installing the peers into $peers" >&2
  mkdir -p "$peers"
  cp "$root"/scripts/peers/package.json "$root"/scripts/peers/package-lock.json "$peers/"
  # Not npm ci: it refuses a lock that lacks the binaries of platforms the registry does not have.
  (cd "$peers" && npm install --no-save --ignore-scripts --no-audit --no-fund) >"$work/npm.log" 2>&1 || {
    cat "$work/npm.log" >&2
    rm -rf "$peers/node_modules"
    exit 1
  }
fi
cp "$root"/scripts/peers/*.mjs "$peers/"

with_aof=()
if [ -z "$redis" ]; then
  start_server
  with_aof=(--aof "$aof")
fi

# measured <name> <command>: keeps what it prints, and shows it.
measured() {
  local file=$work/$1.json
  shift
  "$@" >"$file"
  cat "$file"
}

bullmq() {
  local when=$1
  shift
  echo "bench-peers: BullMQ, $*" >&2
  measured "bullmq-$*-$when" node "$peers/bullmq.mjs" "$redis" ${quick[@]+"${quick[@]}"} "$@"
}

stepweir() {
  local shape shapes=()
  for shape; do
    shapes+=(--shape "$shape")
  done
  echo "bench-peers: Stepweir, $*" >&2
  measured "stepweir-$*" "$root/scripts/stepweir" bench --json --redis "$redis" \
    ${with_aof[@]+"${with_aof[@]}"} ${quick[@]+"${quick[@]}"} "${shapes[@]}"
}

compare() {
  bullmq before "$@"
  stepweir "$@"
  bullmq after "$@"
}

compare plain
compare fan
# Together: the few steps of the latency passes alone would not warm up a JVM.
compare chain latency
echo
code=0
node "$peers/ratios.mjs" "$work" || code=$?
exit "$code"
