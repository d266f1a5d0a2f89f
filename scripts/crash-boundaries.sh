#!/bin/sh
# Kills a worker, an orchestrator or a reaper at every boundary between two of its commands to Redis,
# before the command and after, in a chain and in a diamond; a fresh one must finish the run with each
# step committed once and nothing left over. About two minutes for some 380 points on two cores.
#   scripts/crash-boundaries.sh [POINTS]     a seeded sample instead of all
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
exec "$here/proof" CrashSweepIT -Dproof.points="${1:-all}"
