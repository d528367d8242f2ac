import { type Attempt, call, perl, shell } from './attempt.js';

const PLACES =
  'qw(/sandbox-escape /usr/sandbox-escape /usr/bin/sandbox-escape /dev/sandbox-escape /dev/shm/sandbox-escape /job/sandbox-escape /proc/sandbox-escape /tmp/sandbox-escape)';

/** Ways to leave something behind: in files, in what others run, in settings of the system. */
export const CHANGES: readonly Attempt[] = [
  shell(
    'new files anywhere',
    `for place in / /usr /usr/bin /usr/local /tmp /dev /dev/shm /job /proc /proc/self /var/tmp /run /input /home; do
       (: > $place/sandbox-escape) 2>/dev/null && echo "$place can be written to"; done; exit 0`,
  ),
  perl(
    'files without a name',
    `for (qw(/ /usr /tmp /dev /dev/shm /job /proc)) { my $at = $_; print "$at " if syscall(${call('openat')}, -100, $at, 020200002, 0600) >= 0 }`,
  ),
  perl('folders', `for (${PLACES}) { print "$_ " if mkdir $_ }`),
  perl(
    'symbolic and hard links',
    `for (${PLACES}) { print "symbolic $_ " if symlink("/etc", $_); print "hard $_ " if link("/usr/bin/env", $_) }`,
  ),
  perl(
    'programs that others run',
    `my $f = "/usr/bin/env"; for my $to (${PLACES}) { print "rename $to " if rename($f, $to) }
     truncate($f, 0) and print "truncate "; unlink($f) and print "unlink "; chmod(0777, $f) and print "chmod ";
     utime(1, 1, $f) and print "utime "; chown(1000, 1000, $f) and print "chown "; open(my $h, "+<", $f) and print "open "`,
  ),
  perl(
    'programs through their own descriptor',
    'for ("/proc/self/exe", "/proc/1/exe", "/proc/self/map_files", map { "/proc/self/fd/$_" } 0 .. 9) { next if -p $_ || -c $_; next unless -f $_; print "$_ " if open(my $h, "+<", $_) }',
  ),
  perl(
    'settings of the system',
    `for (qw(/proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname /proc/sys/vm/overcommit_memory /proc/sys/fs/binfmt_misc/register)) {
       open(my $h, "+<", $_) and print "$_ "; open(my $w, ">", $_) and print "$_ " }`,
  ),
  perl(
    'settings of its own process',
    `for (qw(/proc/self/uid_map /proc/self/gid_map /proc/self/setgroups /proc/self/oom_score_adj /proc/self/coredump_filter /proc/self/comm /proc/self/timerslack_ns /proc/self/clear_refs)) {
       open(my $h, ">", $_) and print "$_ " }`,
  ),
  perl(
    'extended attributes',
    `for (qw(/usr/bin/env /job /)) { my $f = $_; for (qw(user.x security.capability trusted.x)) { my $n = $_; my $x = "x"; print "$f $n " if syscall(${call('setxattr')}, $f, $n, $x, 1, 0) == 0 } }`,
  ),
  shell(
    'a core file',
    `perl -e 'if (!fork) { kill "QUIT", $$ } wait; print "dumped" if $? & 128'; ls /core* /job/core* /tmp/core* 2>/dev/null; exit 0`,
  ),
];
