#!/usr/bin/env bash
# Lets headless Chromium call a real gateway from pages of other origins, and compares what each script gets with what
# ExplainCors says.
#   tests/browser/run.sh [BINARY]     the built `postern`; target/debug/postern is built unless given
# Needs node with npm, and Chromium at /usr/bin/chromium: it is installed if it is missing. Loopback only.
set -euo pipefail
[ $# -eq 0 ] || binary=$(realpath "$1")
cd "$(dirname "$0")/../.."
if [ -z "${binary:-}" ]; then
    cargo build --quiet
    binary=$PWD/target/debug/postern
fi

missing=()
command -v node > /dev/null || missing+=(nodejs)
command -v npm > /dev/null || missing+=(npm)
[ -x /usr/bin/chromium ] || missing+=(chromium)
if [ ${#missing[@]} -gt 0 ]; then
    sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo)
    "${sudo[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -qq --yes --no-install-recommends "${missing[@]}" > /dev/null
fi

cd tests/browser
npm ci --silent
exec node main.mjs "$binary"
