#!/bin/sh
# Loads a stack that runs, from outside: submits runs, awaits their ends, prints throughput and
# latencies, and exits with 1 if any run did not complete.
#   scripts/load-test.sh [--redis URL] [--runs N] [--concurrency N] [--workflow FILE] [--json]
set -eu
exec "$(dirname -- "$0")/stepweir" load "$@"
