import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type JailHost } from '../jail-host.js';
import { baseProfile } from '../profile.js';
import { type Attempt, type Bait, call, perl, shell, silent } from './attempt.js';
import { MARK } from './host-state.js';

const READS = `for path in /etc/passwd /etc/shadow /root /home /var /run /boot /opt /srv /mnt /media /lost+found; do
  { ls -A "$path"/ | grep -q . || head -c 1 "$path" | grep -q . ; } 2>/dev/null && echo "$path can be read"; done; exit 0`;

const KERNEL_TELLS = `for path in /proc/kcore /proc/keys /proc/key-users /proc/cmdline /proc/locks /proc/kallsyms /proc/modules /proc/iomem \
  /proc/sysvipc/shm /proc/timer_list /proc/interrupts /proc/diskstats /proc/sys/kernel/random/boot_id /proc/config.gz /proc/slabinfo /proc/kmsg; do
  head -c 1 "$path" 2>/dev/null | grep -q . && echo "$path can be read"; done; exit 0`;

const DEVICES = `for path in /dev/mem /dev/kmem /dev/kmsg /dev/vda /dev/sda /dev/nvme0n1 /dev/kvm /dev/fuse /dev/net/tun /dev/vhost-vsock /dev/loop-control \
  /dev/pts/ptmx /dev/ptmx /dev/tty /dev/console /dev/shm /dev/mqueue /dev/rtc0 /dev/input /dev/dri; do [ -e "$path" ] && echo "$path is there"; done; exit 0`;

/** A file that anybody on the host may read and write. */
async function leave(host: JailHost): Promise<Bait> {
  const name = join(host.directory, `escape-${randomUUID()}`);
  const text = 'not for models';
  await writeFile(name, text);
  await chmod(name, 0o666);
  return {
    name,
    withdraw: async () => {
      const found = await readFile(name, 'utf8');
      await rm(name);
      return found === text ? undefined : 'the file was changed';
    },
  };
}

/** A folder of the host's that is open to all. */
async function open(host: JailHost): Promise<Bait> {
  const name = join(host.directory, `escape-folder-${randomUUID()}`);
  await mkdir(name, { recursive: true, mode: 0o777 });
  await chmod(name, 0o777);
  await writeFile(join(name, 'told'), 'not for models');
  return {
    name,
    withdraw: async () => {
      await rm(name, { recursive: true, force: true });
      return undefined;
    },
  };
}

/** What a jail could learn of the host and of others. */
export const SECRETS: readonly Attempt[] = [
  shell("the host's files", READS),
  shell("the kernel's secrets in /proc", KERNEL_TELLS),
  shell("the host's devices", DEVICES),
  shell(
    'the system in /sys',
    'ls -A /sys 2>/dev/null | head -3; cat /sys/kernel/uevent_seqnum 2>/dev/null; exit 0',
  ),
  shell(
    "others' environment",
    'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep = | cut -d= -f1 | sort -u',
    {
      judge: ({ output }) => {
        const known = new Set([...Object.keys(baseProfile().env), MARK, 'PWD', 'OLDPWD', 'SHLVL', '_']);
        const leaked = output
          .trim()
          .split('\n')
          .filter((name) => !known.has(name));
        return leaked.length === 0 ? undefined : `environment: ${leaked.join(', ')}`;
      },
    },
  ),
  shell(
    "others' processes and command lines",
    'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "; echo; ls -d /proc/[0-9]* | wc -l',
    {
      judge: ({ output }) => {
        const [told = '', count] = output.trim().split('\n').slice(-2);
        if (/bwrap|setpriv|--ro-bind|cgroup|postgres|main\.js/.test(told)) return `command lines: ${told}`;
        return Number(count) <= 6 ? undefined : `${count ?? 'no'} processes are seen`;
      },
    },
  ),
  shell(
    'where the jail stands on the host',
    'cat /proc/self/cgroup /proc/self/mountinfo; cat /proc/sys/kernel/hostname; uname -n',
    {
      judge: (seen) => {
        if (seen.outcome.kind !== 'completed') return silent(seen);
        if (/sandbox/.test(seen.output)) return `paths of the host: ${seen.output}`;
        const groups = seen.output.split('\n').filter((line) => /^\d+:[^:]*:/.test(line));
        const told = groups.filter((line) => !/:\/$/.test(line));
        if (told.length > 0) return `its cgroup: ${told.join(', ')}`;
        const name = hostname();
        return name.length > 4 && seen.output.split('\n').includes(name) ? 'the name of the host' : undefined;
      },
    },
  ),
  shell(
    "the host's network in /proc",
    `grep -v -E '^ *(lo|face|Inter-)' /proc/net/dev | grep ':'; tail -n +2 /proc/net/unix | grep '@\\|/' ; tail -n +2 /proc/net/route; tail -n +2 /proc/net/tcp; tail -n +2 /proc/net/arp; exit 0`,
  ),
  shell(
    'files beside the jail',
    'cat "$0" 2>/dev/null; cat "/proc/1/root/$0" "/proc/self/cwd/../..$0" "/proc/self/root/../..$0" 2>/dev/null; exit 0',
    { bait: leave },
  ),
  shell(
    'folders of the host through descriptors and links',
    'for way in /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/fd/*; do ls "$way/../../../../../..$0" 2>/dev/null; cat "$way/$0/told" 2>/dev/null; done; exit 0',
    { bait: open },
  ),
  shell('inherited descriptors', 'for fd in /proc/self/fd/*; do echo "${fd##*/}"; done', {
    judge: ({ output }) => {
      const extra = output
        .trim()
        .split('\n')
        .filter((fd) => Number(fd) > 3);
      return extra.length === 0 ? undefined : `descriptors ${extra.join(', ')}`;
    },
  }),
  perl(
    'what the names of its pipes tell',
    'for my $pid ("self", 1) { for (0 .. 2) { my $to = readlink "/proc/$pid/fd/$_"; print "$to\n" if defined $to } }',
    {
      judge: (seen) => {
        if (seen.outcome.kind !== 'completed') return silent(seen);
        const told = seen.output
          .split(/[/\n]/)
          .filter((name) => /sandbox|jail|pipe|launch/i.test(name) || /^\d+( \(deleted\))?$/.test(name));
        return told.length === 0 ? undefined : `names: ${told.join(', ')}`;
      },
    },
  ),
  perl(
    'descriptors of the process above',
    `for my $pid (1, getppid) { for my $fd (0 .. 64) { my $to = readlink "/proc/$pid/fd/$fd"; print "$pid/$fd $to " if defined $to && $to ne "/dev/null" && !-p "/proc/$pid/fd/$fd" } }
     my $p = syscall(${call('pidfd_open')}, 1, 0); print "taken " if $p >= 0 && syscall(${call('pidfd_getfd')}, $p, 0, 0) >= 0`,
  ),
  perl(
    'memory of the process above',
    'for my $pid (1, getppid, $$) { print "$pid " if open(my $m, "+<", "/proc/$pid/mem") }',
  ),
  perl(
    'what the kernel logged',
    `my $b = "\\0" x 4096; print "log " if syscall(${call('syslog')}, 3, $b, 4096) > 0; print "log device" if open(my $f, "<", "/dev/kmsg")`,
  ),
];
