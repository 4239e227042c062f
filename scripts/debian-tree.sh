# Sourced by the scripts beside it: builds a small Debian tree with rabbitmq-server in it.
#
# The tree is made once and kept, so that a second start takes seconds. Packages come from the very mirror that
# this machine's apt uses; no other host is asked. Needs root, because file ownership inside the tree matters.

cache=${XDG_CACHE_HOME:-/var/tmp}/amqp-sim

fail() { echo "${0##*/}: $*" >&2; exit 1; }
note() { echo "${0##*/}: $*" >&2; }

need_root() { [ "$(id -u)" = 0 ] || fail "this needs root"; }

need() { # COMMAND PACKAGE
  command -v "$1" >/dev/null || fail "'$1' is missing: apt-get install -y --no-install-recommends $2"
}

# The archive that serves this machine's own release, as apt sees it.
debian_mirror() {
  local release
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $release" 'Component: main' |
    head -n 1
}

# debian_tree SUITE: prints the folder of the finished tree.
debian_tree() {
  local suite=$1 tree=$cache/tree-$1 work=$cache/tree-$1.partial build_log=$cache/tree-$1.log mirror
  if [ -e "$tree/.ready" ]; then
    echo "$tree"
    return
  fi
  need_root
  need debootstrap debootstrap
  mkdir -p "$cache"
  (
    flock -w 900 8 || fail "another build of $tree did not end within 15 minutes"
    [ ! -e "$tree/.ready" ] || exit 0
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || fail "apt knows no archive for this release: run 'apt-get update'"
    note "building a Debian '$suite' tree with RabbitMQ in $tree (one or two minutes)"
    rm -rf --one-file-system "$work"
    if ! fill_tree "$suite" "$work" "$mirror" >"$build_log" 2>&1; then
      tail -n 20 "$build_log" >&2
      fail "the tree could not be built (log: $build_log)"
    fi
    rm -rf --one-file-system "$tree"
    mv "$work" "$tree"
    touch "$tree/.ready"
  ) 8>"$cache/tree-$suite.lock" || exit 1
  echo "$tree"
}

fill_tree() { # SUITE FOLDER MIRROR
  timeout 600 debootstrap --variant=minbase "$1" "$2" "$3" || return
  # Nothing may start while packages install, and documentation only takes room.
  printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d" || return
  chmod 755 "$2/usr/sbin/policy-rc.d"
  printf 'path-exclude=/usr/share/%s/*\n' doc man locale info >"$2/etc/dpkg/dpkg.cfg.d/without-docs"
  DEBIAN_FRONTEND=noninteractive LC_ALL=C timeout 600 chroot "$2" \
    apt-get install -y --no-install-recommends rabbitmq-server || return
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$2/etc/hosts"
  rm -f "$2/var/lib/rabbitmq/.erlang.cookie"
  rm -rf "$2"/var/lib/apt/lists/* "$2"/var/cache/apt/*.bin "$2"/var/cache/apt/archives/*.deb
  [ -x "$2/usr/lib/rabbitmq/bin/rabbitmq-server" ]
}
