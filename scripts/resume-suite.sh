#!/bin/sh
# Executes the tests of resume, dead letters and lock together so many times in a row; each of them
# has a time limit. Fifty times take a few minutes on two cores.
#   scripts/resume-suite.sh [TIMES]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
times=${1:-50}
"$here/proof" ResumeIT -Dproof.times="$times"
echo "resume suite: $times times in a row, 0 failures"
