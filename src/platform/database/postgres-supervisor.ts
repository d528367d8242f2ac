/**
 * The shell script that owns one PostgreSQL server (POSIX sh; arguments: folder of the binaries, folder of the
 * cluster, file of the superuser's password, then options for `postgres`).
 *
 * It is started under `flock` and the lock's descriptor is inherited by every process of the server, so whoever
 * gets the lock knows that none is left, whatever `postmaster.pid` says: a stale one is simply removed.
 * Its standard input is the read end of the lease, a FIFO that every user of the server keeps open for writing.
 * When the last one has gone, by `stop()` or by `kill -9`, the kernel ends the stream and the server shuts down.
 * A server that was killed or shut down by somebody else is started again. The socket lives in a short private folder, because a data
 * folder's path may be longer than the 107 bytes that a socket's address can hold.
 */
export const POSTGRES_SUPERVISOR = `
set -u
bin=$1 data=$2 password=$3
shift 3
umask 077
# Not 3: that is the lock's.
exec 7<&0 </dev/null

stopping='' server='' socket=''
# A background process begins with SIGINT ignored, until PostgreSQL has installed its own handler: insist.
halt() {
  stopping=yes
  [ -z "$server" ] || ( while kill -INT "$server" 2>/dev/null; do sleep 0.05; done ) &
}
trap halt USR1 TERM INT HUP
(
  trap - USR1 TERM INT HUP
  # The shell's own read, no cat: when this process is killed, no child may stay behind with lock and lease.
  while read -r _ <&7; do :; done
  exec 7<&-
  kill -USR1 $$ 2>/dev/null || kill -INT "$(head -n 1 "$data/postmaster.pid")"
) &
lease=$!
exec 7<&-

if [ ! -f "$data/PG_VERSION" ]; then
  # A cluster comes into being by one rename: what an interrupted initdb left is not a cluster.
  rm -rf "$data.new"
  "$bin/initdb" --pgdata="$data.new" --username=postgres --pwfile="$password" --auth=scram-sha-256 \\
    --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 || { kill "$lease"; exit 70; }
  rmdir "$data" 2>/dev/null
  mv -T "$data.new" "$data" || { kill "$lease"; exit 71; }
  sync "$data/.."
fi

if [ -f "$data/postmaster.pid" ]; then
  stale=$(sed -n 5p "$data/postmaster.pid")
  case $stale in /tmp/sandbox-postgres-??????) rm -rf "$stale" ;; esac
  rm -f "$data/postmaster.pid"
fi
socket=$(mktemp -d /tmp/sandbox-postgres-XXXXXX) || { kill "$lease"; exit 72; }
chmod 711 "$socket"

crashes=0 status=0
while [ -z "$stopping" ]; do
  began=$(date +%s)
  "$bin/postgres" -D "$data" -k "$socket" "$@" &
  server=$!
  status=0
  [ -z "$stopping" ] || halt
  while kill -0 "$server" 2>/dev/null; do
    wait "$server"
    status=$?
  done
  server=''
  [ -z "$stopping" ] || break
  # Shut down by somebody who did not ask whether it is leased (0), or after it had served a while: start it again.
  # Killed by a signal too, but not for ever; the server refuses for as long as its old children linger.
  if [ "$status" -eq 0 ] || [ "$(($(date +%s) - began))" -ge 60 ]; then
    crashes=0
  else
    [ "$status" -gt 128 ] || [ "$crashes" -gt 0 ] || break
    crashes=$((crashes + 1))
    [ "$crashes" -le 20 ] || break
  fi
  sleep 0.5
done
kill "$lease" 2>/dev/null
rm -rf "$socket"
[ -z "$stopping" ] || exit 0
exit "$status"
`;

/**
 * Makes the folders of binaries and data and the password's file (arguments 1 to 3) reachable under STAGE, then
 * runs the rest of its arguments. For root in a clone below another user's closed home: in its user namespace
 * the server has no more rights there than anybody. In a mount namespace of its own, so nobody else sees it.
 */
export const POSTGRES_STAGE = `
set -eu
mount -t tmpfs -o mode=755,size=64k tmpfs /mnt
mkdir /mnt/native /mnt/data
: >/mnt/password
mount --bind "$1" /mnt/native
mount --bind "$2" /mnt/data
mount --bind "$3" /mnt/password
shift 3
exec "$@"
`;
export const STAGE = '/mnt';
