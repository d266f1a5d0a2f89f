#!/bin/sh
# Orchestrators, workers and a reaper as processes, each behind a network of its own, under load: they
# are killed, halted and told to stop at random, networks are cut and frozen, replies lost, Redis
# killed and halted, scripts forgotten, streams, groups and timers deleted, entries copied. At the end
# every accepted run must have ended, each step committed once, and nothing be left over.
#   scripts/chaos.sh [--minutes N] [--seed S]
set -eu
minutes=10
seed=$(date +%s)
while [ $# -gt 0 ]; do
    case $1 in
        --minutes) minutes=${2:?--minutes needs a number} ;;
        --seed) seed=${2:?--seed needs a number} ;;
        *) echo "usage: scripts/chaos.sh [--minutes N] [--seed S]" >&2; exit 2 ;;
    esac
    shift 2
done
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
exec "$here/proof" ChaosIT -Dproof.seconds=$((minutes * 60)) -Dproof.seed="$seed"
