#!/bin/bash
# The same seeds give the same hashes: in Debug and Release, in two processes, and with one worker or several.
# usage: scripts/check-determinism.sh [worlds] [seed]
set -euo pipefail
cd "$(dirname "$0")/.."
worlds=${1:-2000}
seed=${2:-1}
hashes=()
for configuration in Debug Release; do
  dotnet build src/Amqp.Sim.Cli -c "$configuration" --nologo -v q -clp:NoSummary
  for workers in 1 2; do
    last=$(dotnet "src/Amqp.Sim.Cli/bin/$configuration/net10.0/amqp-sim.dll" simulate \
      --worlds "$worlds" --seed "$seed" --workers "$workers" | tail -n 1)
    echo "$configuration, $workers workers: $last"
    hashes+=("${last##*hash: }")
  done
done
if [ "$(printf '%s\n' "${hashes[@]}" | sort -u | wc -l)" -ne 1 ]; then
  echo "the hashes differ" >&2
  exit 1
fi
