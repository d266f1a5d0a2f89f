#!/bin/sh
# Ends a worker, an orchestrator or a reaper at every boundary between two of its commands to Redis,
# before the command and after, or loses the reply, in every scenario there is: a chain, a diamond, a
# fan of 20, retries of steps and of a run, an open breaker, a step that dies and is redriven, a run
# that is cancelled, paused, resumed, too late. A fresh one must bring the run to its end with each step
# committed once and nothing left over. Some of the points kill real processes, the others cut a role
# of the same JVM off for good. The last line has the figures.
#   scripts/crash-sweep.sh             every point
#   scripts/crash-sweep.sh --quick     a seeded sample of 40 points per scenario
set -eu
points=all
processes=40
case ${1:-} in
    '') ;;
    --quick) points=40 processes=4 ;;
    *) echo "usage: scripts/crash-sweep.sh [--quick]" >&2; exit 2 ;;
esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
exec "$here/proof" CrashSweepIT -Dproof.points="$points" -Dproof.processes="$processes"
