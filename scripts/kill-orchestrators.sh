#!/bin/sh
# Two orchestrators, a reaper and two workers, each a process: the orchestrators are killed (kill -9)
# in turn and started again while runs of the fan (1 -> 8 -> 1) are submitted. Every run must complete
# with each step committed once. 1,000 runs and 50 kills take about five minutes on two cores.
#   scripts/kill-orchestrators.sh [RUNS] [SEED]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
exec "$here/proof" KilledOrchestratorsIT -Dproof.runs="${1:-1000}" -Dproof.seed="${2:-3}"
