#!/bin/bash
# Plants each bug of tests/Property/PlantedBugs into a scratch copy and lets the simulator look for it.
# Prints a table: worlds needed, size of the smallest scenario, property that broke. Fails when a bug is not found.
# usage: scripts/planted-bugs.sh [most worlds] [seed] [name...]
set -euo pipefail
cd "$(dirname "$0")/.."
worlds=${1:-20000}
seed=${2:-1}
shift $(($# < 2 ? $# : 2))
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
git ls-files -z --cached --others --exclude-standard -- . ':!tests' ':!bench' ':!examples' ':!docs' \
  | while IFS= read -r -d '' file; do [ -f "$file" ] && printf '%s\0' "$file"; done \
  | xargs -0 cp --parents -t "$scratch"
tool="$scratch/src/Amqp.Sim.Cli"
build() {
  dotnet build "$@" -c Release --nologo -v q -clp:NoSummary -p:RunAnalyzers=false \
    -p:TreatWarningsAsErrors=false -p:GenerateDocumentationFile=false >"$scratch/build.log" 2>&1
}
build "$tool" || { cat "$scratch/build.log"; exit 1; }

# Only the project of the bug is built again; what it is part of takes the new assembly as it is. The sound assembly
# comes back afterwards, or the next bug of another project would not be alone.
bin="$tool/bin/Release/net10.0"
cp -r "$bin" "$scratch/sound"
build_project() {
  build "$scratch/src/$1" --no-restore --no-dependencies && cp "$scratch/src/$1/bin/Release/net10.0/$1.dll" "$bin/"
}

patches=()
if [ $# -gt 0 ]; then
  for name in "$@"; do patches+=("tests/Property/PlantedBugs/$name.patch"); done
else
  patches=(tests/Property/PlantedBugs/*.patch)
fi
missed=0
printf '| Bug | Worlds | Steps | Faults | Property |\n|---|---|---|---|---|\n'
for patch in "${patches[@]}"; do
  name=$(basename "$patch" .patch)
  project=$(sed -n 's|^+++ b/src/\([^/]*\)/.*|\1|p' "$patch" | head -n 1)
  (cd "$scratch" && git apply --whitespace=nowarn -) <"$patch"
  if ! build_project "$project"; then
    echo "| $name | does not compile | | | |"
    missed=$((missed + 1))
  else
    timeout 300 dotnet "$bin/amqp-sim.dll" simulate --worlds "$worlds" --seed "$seed" --failures 1 --workers 1 \
      >"$scratch/out.log" 2>&1 || true
    found=$(grep -m 1 '^FAILED seed ' "$scratch/out.log" | sed 's/^FAILED seed \([0-9]*\) .*/\1/' || true)
    small=$(grep -m 1 '^smallest of ' "$scratch/out.log" \
      | sed 's/.*: \([0-9]*\) steps, \([0-9]*\) faults.*breaks \(.*\)/\1 | \2 | \3/' || true)
    if [ -z "$found" ]; then
      echo "| $name | not found | | | |"
      missed=$((missed + 1))
    else
      echo "| $name | $((found - seed + 1)) | ${small:-? | ? | ?} |"
    fi
  fi
  (cd "$scratch" && git apply -R --whitespace=nowarn -) <"$patch"
  cp "$scratch/sound/$project.dll" "$bin/"
done
echo
echo "planted: ${#patches[@]}, missed: $missed"
[ "$missed" -eq 0 ]
