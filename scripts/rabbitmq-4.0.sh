#!/usr/bin/env bash
# A private RabbitMQ 4.0 node for tests, on a machine whose own release has an older one.
#
#   scripts/rabbitmq-4.0.sh start    start it on a free port of 127.0.0.1 unless it runs; print its URI
#   scripts/rabbitmq-4.0.sh stop     stop it; its data is removed
#   scripts/rabbitmq-4.0.sh uri      print the URI of the running node (exit 3 when none runs)
#   scripts/rabbitmq-4.0.sh ctl ...  rabbitmqctl for that node
#
# Debian 'trixie' has RabbitMQ 4.0. The node runs in a tree of that release, in mount and process name spaces of
# its own, so that nothing is left when it ends. State is kept in ${XDG_CACHE_HOME:-/var/tmp}/amqp-sim.
# Needs root and debootstrap.
set -euo pipefail

. "$(dirname "$(readlink -f "$0")")/debian-tree.sh"

node=$cache/rabbitmq-4.0
log=$node/home/broker.log

# The process of the name spaces' owner. Its start time tells it from a later process with the same number.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

running() { # prints the process id
  local pid stamp
  read -r pid stamp 2>/dev/null <"$node/pid" || return 1
  [ -n "$stamp" ] && [ "$(started_at "$pid")" = "$stamp" ] && echo "$pid"
}

uri() { echo "amqp://guest:guest@127.0.0.1:$(cat "$node/port")"; }

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Three neighbouring ports: AMQP, Erlang distribution, Erlang's port mapper. Below the range that the kernel hands out.
free_ports() {
  local try port
  for try in {1..50}; do
    port=$((20000 + (RANDOM % 3000) * 3))
    if ! in_use "$port" && ! in_use $((port + 1)) && ! in_use $((port + 2)); then
      echo "$port"
      return
    fi
  done
  fail "found no free port"
}

# Ready is when the broker answers a protocol header with a method frame (type octet 1).
greets() {
  local octet
  octet=$(
    exec 2>/dev/null
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'AMQP\0\0\11\1' >&3
    timeout 2 head -c 1 <&3 | od -An -tu1 | tr -d ' '
  ) && [ "$octet" = 1 ]
}

# Runs as process 1 of its name spaces: when it ends, the kernel ends all that it started.
read -r -d '' inside <<'END' || true
set -e
tree=$1 home=$2
shift 2
mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
mkdir -p "$tree/run/node"
mount --bind "$home" "$tree/run/node"
exec chroot --userspec=rabbitmq:rabbitmq "$tree" env -i "$@" /usr/lib/rabbitmq/bin/rabbitmq-server
END

launch() { # TREE PORT
  # RUNNING_UNDER_SYSTEMD makes the start script become the virtual machine, which then gets our SIGTERM itself.
  setsid unshare --mount --propagation private --pid --fork --kill-child \
    sh -c "$inside" inside "$1" "$node/home" \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/node LANG=C.UTF-8 \
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$(($2 + 2)) \
    RABBITMQ_NODENAME="amqp-sim-$2@localhost" RABBITMQ_DIST_PORT=$(($2 + 1)) \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
    RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$2" \
    RABBITMQ_MNESIA_BASE=/run/node/data RABBITMQ_LOG_BASE=/run/node RABBITMQ_LOGS=/run/node/broker.log \
    RABBITMQ_CONFIG_FILE=/run/node/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=/run/node/plugins \
    RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_PID_FILE=/run/node/rabbit.pid RUNNING_UNDER_SYSTEMD=true \
    </dev/null >"$node/start.log" 2>&1 9>&- &
  echo "$! $(started_at $!)" >"$node/pid"
  disown
}

start() {
  local tree port pid deadline
  if pid=$(running); then
    uri
    return
  fi
  need_root
  tree=$(debian_tree trixie)
  rm -rf "$node/home"
  mkdir -p "$node/home"
  printf 'disk_free_limit.absolute = 50MB\n' >"$node/home/rabbitmq.conf"
  printf '[].\n' >"$node/home/plugins"
  chroot "$tree" id -u rabbitmq >/dev/null || fail "the tree has no rabbitmq user"
  chown -R "$(chroot "$tree" id -u rabbitmq):$(chroot "$tree" id -g rabbitmq)" "$node/home"
  port=$(free_ports)
  echo "$port" >"$node/port"
  launch "$tree" "$port"
  deadline=$((SECONDS + 90))
  until greets "$port"; do
    if ! running >/dev/null; then
      tail -n 20 "$node/start.log" "$log" >&2 2>/dev/null || true
      fail "the node ended while starting"
    fi
    if ((SECONDS > deadline)); then
      stop
      fail "the node was not ready within 90 s (log: $log)"
    fi
    sleep 0.3
  done
  uri
}

stop() {
  local pid broker try
  if pid=$(running); then
    # The child is process 1 of the name spaces: the broker itself. TERM is its polite stop.
    broker=$(cat "/proc/$pid/task/$pid/children")
    [ -z "$broker" ] || kill -TERM $broker 2>/dev/null || true
    for try in {1..150}; do
      running >/dev/null || break
      sleep 0.2
    done
    if running >/dev/null; then
      note "no polite stop within 30 s: killing it"
      kill -KILL "$pid"
    fi
  fi
  rm -rf "$node/home" "$node/pid" "$node/port"
}

# In the name spaces of the broker, since its cookie and its process are there.
ctl() {
  local pid broker
  pid=$(running) || fail "no node runs"
  broker=$(cat "/proc/$pid/task/$pid/children")
  exec nsenter --target ${broker%% *} --mount --pid --root --wdns=/ \
    setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run/node LANG=C.UTF-8 \
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$(($(cat "$node/port") + 2)) \
    /usr/lib/rabbitmq/bin/rabbitmqctl -n "amqp-sim-$(cat "$node/port")@localhost" "$@"
}

case ${1:-} in
  start | stop)
    mkdir -p "$node"
    exec 9>"$node/lock"
    flock -w 300 9 || fail "another start or stop has been under way for 5 minutes"
    "$1"
    ;;
  uri) running >/dev/null && uri || exit 3 ;;
  ctl)
    shift
    ctl "$@"
    ;;
  *)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 2
    ;;
esac
