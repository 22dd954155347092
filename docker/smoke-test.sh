#!/usr/bin/env bash
# Builds the image, runs it and the services of compose.yaml for real, and checks what comes out.
# With a Docker engine by docker; without one by buildah and the kernel's namespaces (Debian, as root): then the base
# images are stand-ins made by debootstrap, and a small runner takes Docker's place. Fails if neither is to be had.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -e node_modules/yaml ]; then
  echo "smoke test: run npm ci first" >&2
  exit 1
fi
if docker info >/dev/null 2>&1; then
  if ! command -v psql >/dev/null; then
    echo "smoke test: psql is not installed" >&2
    exit 1
  fi
  # For the module for Testcontainers.
  node scripts/build.mjs --if-needed
  exec node docker/smoke/main.mjs docker
fi
if [ "$(uname -s)" != Linux ] || [ "$(id -u)" -ne 0 ]; then
  echo "smoke test: no Docker engine answers, and without one it has to run on Linux as root" >&2
  exit 1
fi
# Two runs at once must neither install nor make base images at the same time.
exec 9>/var/lock/dsql-smoke-test.lock
flock 9
missing=()
for pair in buildah:buildah debootstrap:debootstrap ip:iproute2 psql:postgresql-client; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
if [ ${#missing[@]} -gt 0 ]; then
  if ! { apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null; then
    echo "smoke test: no Docker engine answers, and apt-get could not install what is needed without: ${missing[*]}" >&2
    exit 1
  fi
fi
if ! problem=$(unshare --mount --pid --fork true 2>&1); then
  echo "smoke test: no Docker engine answers, and this machine makes no namespaces: $problem" >&2
  exit 1
fi
export BUILDAH_ISOLATION=chroot
bash docker/smoke/stand-in-images.sh
exec 9>&-
exec node docker/smoke/main.mjs namespaces
