#!/usr/bin/env bash
# Fuzzes what is received, coverage-guided, for a time: fuzz/run.sh [receive|broker] [SECONDS]
# Needs afl-fuzz (Debian: afl++). Findings are kept in artifacts/fuzz/TARGET; exit code 1 when there is one.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-receive}
seconds=${2:-60}
out=artifacts/fuzz/out
findings=artifacts/fuzz/$target
command -v afl-fuzz > /dev/null || { echo "afl-fuzz is not installed (Debian: apt-get install afl++)" >&2; exit 2; }
dotnet tool restore > /dev/null
rm -rf "$out"
dotnet publish fuzz/Amqp.Fuzz -c Release -o "$out" --nologo -v q
dotnet "$out/Amqp.Fuzz.dll" seeds "$target" "$out/seeds"
for assembly in Amqp.Engine Amqp.FakeBroker; do
    dotnet sharpfuzz "$out/$assembly.dll"
done
mkdir -p "$findings"
# DOTNET_TieredPGO: less code is compiled twice while coverage is learnt.
AFL_SKIP_BIN_CHECK=1 AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 \
    DOTNET_TieredPGO=0 DOTNET_gcServer=0 \
    afl-fuzz -i "$out/seeds" -o "$findings" -V "$seconds" -t 5000 -m none \
    -- dotnet "$out/Amqp.Fuzz.dll" run "$target" > "$findings/log" 2>&1 || { tail -20 "$findings/log"; exit 2; }
stats="$findings/default/fuzzer_stats"
grep -E '^(run_time|execs_done|execs_per_sec|corpus_count|saved_crashes|saved_hangs|edges_found|bitmap_cvg)' "$stats"
[ "$(grep -oP '^saved_crashes\s*:\s*\K\d+' "$stats")" = 0 ] && [ "$(grep -oP '^saved_hangs\s*:\s*\K\d+' "$stats")" = 0 ]
