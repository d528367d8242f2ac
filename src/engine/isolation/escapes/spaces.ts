import { readlinkSync } from 'node:fs';
import { type Attempt, call, calls, perl, shell, silent } from './attempt.js';

/** Each namespace by its flag: mounts, cgroups, names, queues, users, processes, network, time. */
const NAMESPACES = '0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80';

/** The kinds of which a jail has one of its own. */
const OWN = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

/** The most that any profile may leave of each rlimit: CPU, FSIZE, CORE, NPROC, NOFILE, MEMLOCK, … by number. */
const MOST = '0, 1e6, 1, 2 ** 44, 4, 0, 6, 10000, 7, 4096, 8, 65536, 11, 1024, 12, 0, 13, 0, 14, 0';

/** New namespaces, mounts, identities and rights. */
export const SPACES: readonly Attempt[] = [
  perl(
    'standing in a namespace of the host',
    `for (qw(${OWN.join(' ')})) { print "$_ ", readlink("/proc/self/ns/$_"), "\\n" }`,
    {
      judge: (seen) => {
        if (seen.outcome.kind !== 'completed') return silent(seen);
        const shared = OWN.filter((kind) => {
          const inside = new RegExp(`^${kind} (\\S+)$`, 'm').exec(seen.output)?.[1];
          return inside === undefined || inside === readlinkSync(`/proc/self/ns/${kind}`);
        });
        return shared.length === 0 ? undefined : `shared with the host: ${shared.join(', ')}`;
      },
    },
  ),
  perl(
    'limits that nobody set',
    `my %most = (${MOST}); for my $what (sort keys %most) { my $old = pack("QQ", 0, 0); syscall(${call('prlimit64')}, 0, $what + 0, 0, $old) == 0 or print "limit $what cannot be read ";
       my (undef, $found) = unpack "QQ", $old; print "limit $what is $found " if $found > $most{$what} }`,
  ),
  perl(
    'namespaces of its own by unshare',
    `for (${NAMESPACES}) { printf "%x ", $_ if syscall(${call('unshare')}, $_) == 0 }`,
  ),
  perl(
    'namespaces of its own by clone',
    `for (${NAMESPACES}) { next if $_ == 0x80; my $r = syscall(${call('clone')}, $_ | 17, 0, 0, 0, 0); exit if $r == 0; printf "%x ", $_ if $r > 0 }`,
  ),
  calls('clone with flags that no filter can read', 'clone3'),
  shell(
    'entering the namespaces of others',
    `for space in /proc/[0-9]*/ns/*; do perl -e 'open(my $f, "<", $ARGV[0]) or exit; print "$ARGV[0] " if syscall(${call('setns')}, fileno $f, 0) == 0' $space; done`,
  ),
  calls('mounts', 'mount umount2 pivot_root chroot'),
  calls(
    'mounts by the newer calls',
    'open_tree fsopen fsconfig fsmount fspick move_mount mount_setattr open_tree_attr statmount listmount',
  ),
  perl(
    'what the masks of /proc cover',
    `for (qw(/proc/kcore /proc/keys /proc/sysvipc /proc/fs /proc/bus)) { my $at = $_; print "$at " if syscall(${call('umount2')}, $at, 2) == 0 }`,
  ),
  perl(
    'devices of its own',
    `for my $mode (0020666, 0060666) { for (qw(/sandbox-escape /dev/sandbox-escape /job/sandbox-escape /tmp/sandbox-escape)) { my $at = $_; print "$at " if syscall(${call('mknodat')}, -100, $at, $mode, 0x101) == 0 } }`,
  ),
  shell(
    'programs that raise their rights',
    `grep -E ' (/|/usr|/dev|/proc|/job) ' /proc/self/mountinfo | grep -v nosuid; exit 0`,
  ),
  perl(
    'other users and groups',
    `for my $id (0, 1, 33, 65534) { print "user $id " if syscall(${call('setuid')}, $id) == 0 && $> == $id;
       print "group $id " if syscall(${call('setgid')}, $id) == 0;
       print "users $id " if syscall(${call('setresuid')}, $id, $id, $id) == 0; print "file user $id " if syscall(${call('setfsuid')}, $id) >= 0 && syscall(${call('setfsuid')}, -1) == $id }`,
  ),
  shell(
    'capabilities',
    `grep '^Cap' /proc/self/status | grep -v '0000000000000000$'; grep -qx 'NoNewPrivs:.1' /proc/self/status || echo 'privileges can be gained'
     perl -e 'print "ambient " if syscall(${call('prctl')}, 47, 2, 21, 0, 0) == 0'`,
  ),
  shell(
    'higher limits',
    `[ "$(ulimit -Hc)" = 0 ] || echo "core files of $(ulimit -Hc)"
     (ulimit -n 4096) 2>/dev/null && echo 'more open files'; (ulimit -c 1) 2>/dev/null && echo 'a core file'
     perl -e 'for my $what (0 .. 15) { my $new = pack("QQ", ~0, ~0); my $old = pack("QQ", 0, 0);
       syscall(${call('prlimit64')}, 0, $what, 0, $old) == 0 or next; my (undef, $most) = unpack "QQ", $old; next if $most == ~0;
       print "limit $what " if syscall(${call('prlimit64')}, 0, $what, $new, 0) == 0 }'; exit 0`,
  ),
  perl(
    'a place before everybody else',
    `my $real = pack("i", 1); print "real time " if syscall(${call('sched_setscheduler')}, 0, 1, $real) == 0;
     syscall(${call('setpriority')}, 0, 0, -20); print "a priority of ", getpriority(0, 0), " " if getpriority(0, 0) < 0;
     print "the disk first " if syscall(${call('ioprio_set')}, 1, 0, 1 << 13) == 0`,
  ),
  calls('cores of its own choice', 'sched_setaffinity'),
  calls('where memory lies', 'mbind set_mempolicy migrate_pages move_pages'),
];
