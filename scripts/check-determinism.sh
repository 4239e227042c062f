#!/bin/bash
# The same seeds give the same hashes: in Debug and Release, after a rebuild, in several processes, and with one worker
# or several.
# usage: scripts/check-determinism.sh [worlds] [seed]
set -euo pipefail
cd "$(dirname "$0")/.."
worlds=${1:-2000}
seed=${2:-1}
hashes=()
run() { # CONFIGURATION WHAT
  for workers in 1 2; do
    last=$(dotnet "src/Amqp.Sim.Cli/bin/$1/net10.0/amqp-sim.dll" simulate \
      --worlds "$worlds" --seed "$seed" --workers "$workers" | tail -n 1)
    echo "$2, $workers workers: $last"
    hashes+=("${last##*hash: }")
  done
}
for configuration in Debug Release; do
  dotnet build src/Amqp.Sim.Cli -c "$configuration" --nologo -v q -clp:NoSummary
  run "$configuration" "$configuration"
done
for project in Amqp.Engine Amqp.FakeBroker Amqp.Simulation; do
  dotnet build "src/$project" -c Release --no-restore --no-incremental --no-dependencies --nologo -v q -clp:NoSummary
done
dotnet build src/Amqp.Sim.Cli -c Release --no-restore --nologo -v q -clp:NoSummary
run Release "Release, built again"
if [ "$(printf '%s\n' "${hashes[@]}" | sort -u | wc -l)" -ne 1 ]; then
  echo "the hashes differ" >&2
  exit 1
fi
