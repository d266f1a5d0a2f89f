#!/bin/sh
# Plays random sequences of the scripts' operations, and of losses and copies in Redis, against a model
# of these scripts in Java, and compares each answer and every key after each operation. A failure
# prints the shortest sequence that shows it. 2,000,000 operations take about six minutes.
#   scripts/model-test.sh [OPERATIONS] [SEED]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
exec "$here/proof" ModelIT -Dproof.operations="${1:-2000000}" -Dproof.seed="${2:-$(date +%s)}"
