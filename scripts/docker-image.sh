#!/usr/bin/env bash
# A local RabbitMQ 4.0 image for Testcontainers, made from Debian packages: no image registry is asked.
#
#   scripts/docker-image.sh build         make the image unless it is there; print its name
#   scripts/docker-image.sh env           settings for the tests: eval "$(scripts/docker-image.sh env)"
#   scripts/docker-image.sh engine-start  start a Docker engine unless one answers (needs root, docker.io, iptables)
#   scripts/docker-image.sh engine-stop   stop the engine that engine-start started
#
# The image runs the broker as user 'rabbitmq', logs to its standard output and takes RABBITMQ_DEFAULT_USER,
# RABBITMQ_DEFAULT_PASS and RABBITMQ_DEFAULT_VHOST, as the official one does. To make it anew: docker rmi IMAGE.
# State is kept in ${XDG_CACHE_HOME:-/var/tmp}/amqp-sim.
set -euo pipefail

. "$(dirname "$(readlink -f "$0")")/debian-tree.sh"

image=amqp-sim/rabbitmq:4.0-debian
engine=$cache/docker

engine_answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

engine_process() { # only the daemon that this script started
  local pid
  pid=$(cat "$engine/pid" 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] && echo "$pid"
}

build() {
  local tree conf
  need docker docker.io
  engine_answers || fail "no Docker engine answers: start one, or run '$0 engine-start'"
  if docker image inspect "$image" >/dev/null 2>&1; then
    echo "$image"
    return
  fi
  need_root
  tree=$(debian_tree trixie)
  conf=$(mktemp -d)
  trap "rm -rf '$conf'" EXIT
  mkdir -p "$conf/etc/rabbitmq"
  # Clients come from the engine's bridge, which is not the broker's own loopback address.
  printf 'loopback_users = none\n' >"$conf/etc/rabbitmq/rabbitmq.conf"
  chmod 755 "$conf/etc" "$conf/etc/rabbitmq"
  tar --create --numeric-owner --one-file-system --exclude=./dev --exclude=./proc --exclude=./.ready \
    --directory "$tree" . --directory "$conf" ./etc/rabbitmq/rabbitmq.conf |
    docker import \
      --change 'USER rabbitmq' \
      --change 'ENV PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
      --change 'ENV HOME=/var/lib/rabbitmq LANG=C.UTF-8 RABBITMQ_LOGS=- RUNNING_UNDER_SYSTEMD=true' \
      --change 'EXPOSE 5672' \
      --change 'ENTRYPOINT ["/usr/lib/rabbitmq/bin/rabbitmq-server"]' \
      - "$image" >/dev/null
  echo "$image"
}

settings() {
  local version
  engine_answers || fail "no Docker engine answers"
  echo "export AMQP_TEST_IMAGE=$image"
  # The reaper is an image of its own, from a registry.
  echo "export TESTCONTAINERS_RYUK_DISABLED=true"
  # Published ports are on the loopback address, whatever sandbox the tests run in.
  echo "export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1"
  # Testcontainers asks for API 1.44; an older engine refuses that, and is asked for what it speaks.
  version=$(docker version --format '{{.Server.APIVersion}}')
  if [ "$(printf '%s\n1.44\n' "$version" | sort --version-sort | head -n 1)" != 1.44 ]; then
    echo "export DOCKER_API_VERSION=$version"
  fi
}

engine_start() {
  local try
  ! engine_answers || return 0
  need_root
  need dockerd docker.io
  need iptables iptables
  mkdir -p "$engine"
  rm -f "$engine/pid"
  # Published ports on 127.0.0.1 only: nothing of a test may be reached from outside.
  setsid dockerd --ip 127.0.0.1 --data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$engine/pid" \
    </dev/null >"$engine/log" 2>&1 &
  disown
  for try in {1..60}; do
    ! engine_answers || return 0
    sleep 0.5
  done
  tail -n 10 "$engine/log" >&2
  fail "the engine did not answer within 30 s"
}

engine_stop() {
  local pid try
  pid=$(engine_process) || return 0
  kill "$pid"
  for try in {1..60}; do
    engine_process >/dev/null || return 0
    sleep 0.5
  done
  fail "the engine (process $pid) did not stop within 30 s"
}

case ${1:-} in
  build) build ;;
  env) settings ;;
  engine-start) engine_start ;;
  engine-stop) engine_stop ;;
  *)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 2
    ;;
esac
