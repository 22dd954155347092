#!/bin/sh
# Collects what Node needs to run without a distribution: the program, the shared libraries that it and `env` load,
# a user, and the licences. Usage: collect-runtime.sh TARGET
set -eu
target=$1
mkdir -p "$target/usr/local/bin" "$target/usr/bin" "$target/etc" "$target/app" "$target/data" "$target/ca" "$target/tmp"
chmod 1777 "$target/tmp"
# New volumes take their owner from here.
chown 65532:65532 "$target/data" "$target/ca"
chmod 0755 "$target/data" "$target/ca"

node=$(command -v node)
env=$(command -v env)
cp -L "$node" "$target/usr/local/bin/node"
cp -L "$env" "$target/usr/bin/env"
# With the shebang of dist/main.js this is the whole start script.
ln -s /app/dist/main.js "$target/usr/local/bin/dsql-emulator"

# Each library at the path by which the loader found it.
for library in $({ ldd "$node"; ldd "$env"; } | sed -n 's/^[[:space:]]*\(.*=> \)\{0,1\}\(\/[^ ]*\) (.*/\2/p' | sort -u); do
  mkdir -p "$target$(dirname "$library")"
  cp -L "$library" "$target$library"
  dpkg-query --search "$(realpath "$library")" 2>/dev/null | cut -d: -f1 >>/tmp/packages || true
done
dpkg-query --search "$(realpath "$env")" 2>/dev/null | cut -d: -f1 >>/tmp/packages || true

# For scanners, which read what is installed here in images without dpkg; and the licences.
mkdir -p "$target/var/lib/dpkg/status.d" "$target/usr/share/doc"
sort -u /tmp/packages | while read -r package; do
  dpkg-query --status "$package" >"$target/var/lib/dpkg/status.d/$package"
  if [ -f "/usr/share/doc/$package/copyright" ]; then
    mkdir -p "$target/usr/share/doc/$package"
    cp -L "/usr/share/doc/$package/copyright" "$target/usr/share/doc/$package/copyright"
  fi
done

printf 'root:x:0:0:root:/:/nonexistent\nemulator:x:65532:65532:emulator:/data:/nonexistent\n' >"$target/etc/passwd"
printf 'root:x:0:\nemulator:x:65532:\n' >"$target/etc/group"
printf 'hosts: files dns\n' >"$target/etc/nsswitch.conf"
