#!/bin/sh
# Kills worker processes (kill -9) at random moments under load, and replaces them; every run must
# complete with each step committed once. 100 kills take about five minutes on two cores.
#   scripts/kill-workers.sh [KILLS] [SEED]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
exec "$here/proof" KilledWorkersIT -Dproof.kills="${1:-100}" -Dproof.seed="${2:-7}"
