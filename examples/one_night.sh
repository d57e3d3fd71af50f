#!/usr/bin/env bash
# One company, one simulated tenant, one night: the shortest way from nothing to a first pass.
# Needs obctl on PATH, nothing else; leaves nothing behind.
set -euo pipefail

folder=$(mktemp -d)
sandbox=
finish() {
  if [ -n "$sandbox" ]; then kill "$sandbox" && wait "$sandbox" || true; fi
  rm -rf "$folder"
}
trap finish EXIT

export OBCTL_HOME=$folder/home OBCTL_GRAPH_TOKEN=any OBCTL_NOW=2026-10-19T05:30:00Z

# The tenant: one line says where it is, once it is ready.
obctl sandbox serve --port 0 -o json >"$folder/ready" &
sandbox=$!
until [ -s "$folder/ready" ]; do
  kill -0 "$sandbox"
  sleep 0.1
done
url=$(sed 's/.*"url": "\([^"]*\)".*/\1/' "$folder/ready")

# The company, its rooms, and what was booked before it had obctl.
obctl init contoso --graph-url "$url" --credential token --time-zone Europe/Amsterdam
obctl --quiet rooms discover --add
obctl rooms import-existing --all

# The plan is looked at, saved, and applied as reviewed: the way to a first pass on a real tenant.
obctl sync run --plan-out "$folder/plan.json"
obctl sync apply "$folder/plan.json"

# The next night finds nothing to do.
obctl sync run
obctl planner today --location "Amsterdam HQ"
