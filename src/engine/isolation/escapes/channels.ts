import { createServer } from 'node:net';
import { type Attempt, type Bait, call, calls, perl, shell } from './attempt.js';

/** A service on an abstract name, which no mount hides: only a network namespace does. */
async function listen(): Promise<Bait> {
  const name = `sandbox-escape-${process.pid}`;
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(`\0${name}`, resolve);
  });
  return {
    name,
    withdraw: async () => {
      await new Promise((resolve) => server.close(resolve));
      return taken > 0 ? 'the service was reached' : undefined;
    },
  };
}

const CONNECT = `use Socket; my $name = pop; for my $path ("\\0$name", "/$name") { socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die;
  print "connected to $name" if connect($s, pack("Sa*", AF_UNIX, $path)) }`;

const families = (from: number, to: number) =>
  `for my $family (${from} .. ${to}) { next if $family == 1; for my $type (1, 2, 3, 5) {
    print "family $family type $type opened\\n" if socket(my $s, $family, $type, 0); } }`;

/** Ways to talk to the world, to the host and from one jail to another. */
export const CHANNELS: readonly Attempt[] = [
  perl('sockets of the internet', `${families(2, 2)} ${families(10, 10)}`),
  perl('sockets to the kernel (netlink, algorithms, keys)', `${families(15, 16)} ${families(38, 38)}`),
  perl('raw packets', families(17, 17)),
  perl('sockets to the hypervisor', families(40, 40)),
  perl('sockets of every other family', families(0, 45)),
  perl(
    'pairs of sockets of other families',
    'use Socket; for (2, 10, 16, 17, 38, 40) { print "$_ " if socketpair(my $a, my $b, $_, SOCK_DGRAM, 0) }',
  ),
  perl("services that listen on the host's names", CONNECT, { bait: listen }),
  shell(
    "services that listen in the host's files",
    `for path in /run/docker.sock /var/run/docker.sock /run/dbus/system_bus_socket /run/systemd/private /run/containerd/containerd.sock /tmp/.s.PGSQL.5432 /var/run/postgresql/.s.PGSQL.5432 /run/munge/munge.socket.2; do
       perl -e 'use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0); print "$ARGV[0] " if connect($s, sockaddr_un($ARGV[0]))' $path; done`,
  ),
  perl(
    'a service of its own in a file',
    'use Socket; for (qw(/sandbox-escape /tmp/sandbox-escape /dev/sandbox-escape /job/sandbox-escape /usr/sandbox-escape)) { socket(my $s, AF_UNIX, SOCK_STREAM, 0); print "$_ " if bind($s, sockaddr_un($_)) }',
  ),
  perl(
    'file locks',
    'open(my $f, "<", "/usr/bin/env"); print "flock" if flock($f, 1 | 4); my $lock = pack("ssqqi", 0, 0, 0, 0, 0); print "fcntl" if fcntl($f, 6, $lock); print "open file description lock" if fcntl($f, 37, $lock); print "high word" if syscall(' +
      call('fcntl') +
      ', fileno($f), 0x100000006, $lock) == 0',
  ),
  perl(
    'leases and notices on files',
    'open(my $f, "<", "/usr/bin/env"); my ($read, $access) = (0, 1); print "lease" if fcntl($f, 1024, $read); print "notify" if fcntl($f, 1026, $access); my $hint = pack("Q", 1); print "hint" if fcntl($f, 1036, $hint)',
  ),
  calls(
    'watching files that others read',
    'inotify_init inotify_init1 inotify_add_watch fanotify_init fanotify_mark',
  ),
  calls('what of a file lies in memory', 'mincore cachestat readahead fadvise64'),
  perl(
    'times at which others read a file',
    'my $f = "/usr/bin/env"; my $before = (stat $f)[8]; open(my $h, "<", $f); read($h, my $b, 1); close $h; print "the time was set" if (stat $f)[8] != $before && (stat $f)[8] > time - 60',
  ),
  perl(
    'typing into a terminal',
    'my $c = "x"; for my $fd (*STDIN, *STDOUT, *STDERR) { print "TIOCSTI $! " if ioctl($fd, 0x5412, $c) || $! != 25; print "TIOCLINUX $! " if ioctl($fd, 0x541c, $c) || $! != 25 }',
  ),
  perl(
    'taking a terminal',
    'for my $fd (*STDIN, *STDOUT) { print "TIOCSCTTY " if ioctl($fd, 0x540e, 0) } for (qw(/dev/tty /dev/console /dev/tty0 /dev/ptmx)) { print "$_ " if open(my $t, "+<", $_) }',
  ),
];
