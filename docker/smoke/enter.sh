#!/bin/sh
# Becomes the first process of a container, in the namespaces that `unshare` has made:
# enter.sh ROOT USER:GROUP READ_ONLY(yes|no) VOLUMES(SOURCE:TARGET[:ro] a line) -- PROGRAM [ARGUMENTS]
set -eu
root=$1 user=$2 read_only=$3 volumes=$4
shift 5
mount --make-rprivate /
mount --bind "$root" "$root"
mkdir -p "$root/proc" "$root/dev" "$root/tmp"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero random urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
printf '%s\n' "$volumes" | while IFS=: read -r source target mode; do
  [ -n "$source" ] || continue
  mkdir -p "$root$target"
  mount --bind "$source" "$root$target"
  if [ "$mode" = ro ]; then mount -o remount,bind,ro "$root$target"; fi
done
if [ "$read_only" = yes ]; then mount -o remount,bind,ro "$root"; fi
exec chroot --userspec="$user" "$root" "$@" 2>&1
