import { simulate } from './bpf.js';
import { ALLOWED_SYSCALLS, ERRNO, seccompFilter, VERDICT } from './seccomp.js';
import { type Architecture, AUDIT_ARCH, SYSCALLS } from './syscalls.js';

const ARCHITECTURES: readonly Architecture[] = ['x64', 'arm64'];
const CONDITIONAL = ['socket', 'socketpair', 'fcntl', 'ioctl', 'personality', 'clone'];
const EPERM = VERDICT.errno(ERRNO.EPERM);
const ENOSYS = VERDICT.errno(ERRNO.ENOSYS);

describe.each(ARCHITECTURES)('the filter on %s', (architecture) => {
  const filter = seccompFilter(architecture);
  const arch = AUDIT_ARCH[architecture];
  const table = SYSCALLS[architecture];
  const nr = (name: string): number => table.get(name) ?? Number.NaN;
  const ask = (name: string, ...values: number[]) =>
    simulate(filter, { nr: nr(name), arch, arguments: values });

  it('lets through what is on the list and refuses every other number there is', () => {
    const names = new Map([...table].map(([name, number]) => [number, name]));
    const wrong: string[] = [];
    for (let number = 0; number < 2048; number += 1) {
      const name = names.get(number);
      if (name !== undefined && CONDITIONAL.includes(name)) continue;
      const verdict = simulate(filter, { nr: number, arch });
      const expected =
        name !== undefined && ALLOWED_SYSCALLS.includes(name)
          ? VERDICT.allow
          : name === 'clone3' || number > Math.max(...table.values())
            ? ENOSYS
            : EPERM;
      if (verdict !== expected) wrong.push(`${number} ${name ?? ''} ${verdict.toString(16)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('kills on another architecture, on x32 and on negative numbers', () => {
    const other = AUDIT_ARCH[architecture === 'x64' ? 'arm64' : 'x64'];
    expect(simulate(filter, { nr: nr('read'), arch: other })).toBe(VERDICT.killProcess);
    expect(simulate(filter, { nr: nr('read'), arch: 0x40000003 })).toBe(VERDICT.killProcess);
    expect(simulate(filter, { nr: 0x40000000 | nr('read'), arch })).toBe(VERDICT.killProcess);
    expect(simulate(filter, { nr: -1, arch })).toBe(VERDICT.killProcess);
  });

  it('opens UNIX sockets and no other family', () => {
    for (const call of ['socket', 'socketpair']) {
      for (let family = 0; family < 64; family += 1) {
        expect(ask(call, family)).toBe(family === 1 ? VERDICT.allow : VERDICT.errno(ERRNO.EAFNOSUPPORT));
      }
    }
  });

  it('clones threads and processes but no namespace', () => {
    const thread = 0x3d0f00;
    expect(ask('clone', thread)).toBe(VERDICT.allow);
    expect(ask('clone', 0x01200011)).toBe(VERDICT.allow);
    // NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
    for (const flag of [17, 25, 26, 27, 28, 29, 30]) expect(ask('clone', (1 << flag) | 17)).toBe(EPERM);
  });

  it('refuses locks, leases and notifications on shared files, and typing into terminals', () => {
    const [getLock, setLock, setLockWait] = [5, 6, 7];
    for (const command of [getLock, setLock, setLockWait, 36, 37, 38, 1024, 1026]) {
      expect(ask('fcntl', 0, command)).toBe(EPERM);
    }
    for (const command of [0, 1, 2, 3, 4, 1030]) expect(ask('fcntl', 0, command)).toBe(VERDICT.allow);
    for (const request of [0x5412, 0x541c, 0x5410, 0x40049409]) {
      expect(ask('ioctl', 0, request)).toBe(VERDICT.errno(ERRNO.ENOTTY));
    }
    expect(ask('ioctl', 0, 0x5401)).toBe(VERDICT.allow);
    expect(ask('personality', 0xffffffff)).toBe(VERDICT.allow);
    expect(ask('personality', 0x0040000)).toBe(EPERM);
  });

  it('maps memory of its own alone where nobody counts what is shared', () => {
    const strict = seccompFilter(architecture, false);
    const map = (bytes: Uint8Array, flags: number) =>
      simulate(bytes, { nr: nr('mmap'), arch, arguments: [0, 4096, 3, flags, -1, 0] });
    // MAP_{SHARED,SHARED_VALIDATE}, each of a file and with MAP_ANONYMOUS; then MAP_PRIVATE.
    for (const flags of [1, 3, 0x21, 0x23]) {
      expect([map(strict, flags), map(filter, flags)]).toEqual([EPERM, VERDICT.allow]);
    }
    for (const flags of [2, 0x22, 0x4022]) expect(map(strict, flags)).toBe(VERDICT.allow);
  });

  it('lets no socket buffer grow, and no socket do what is not on the list', () => {
    for (const option of [2, 9, 13, 15, 16, 20, 21, 42, 66, 67]) {
      expect(ask('setsockopt', 0, 1, option)).toBe(VERDICT.allow);
    }
    // SO_{SNDBUF,RCVBUF,SNDBUFFORCE,RCVBUFFORCE,ATTACH_FILTER,ATTACH_BPF,BUSY_POLL}
    for (const option of [7, 8, 32, 33, 26, 50, 46]) expect(ask('setsockopt', 0, 1, option)).toBe(EPERM);
  });

  it.each(
    'ptrace bpf keyctl io_uring_setup mount unshare setns perf_event_open userfaultfd memfd_create shmget mq_open flock inotify_init1 open_by_handle_at clock_settime init_module'.split(
      ' ',
    ),
  )('knows and refuses %s', (name) => {
    expect(table.has(name)).toBe(true);
    expect(ask(name)).toBe(EPERM);
  });
});

it('has the numbers of the running kernel’s headers', () => {
  // From asm/unistd_64.h and asm-generic/unistd.h of Linux 6.1.
  const spots = { read: [0, 63], socket: [41, 198], clone3: [435, 435], execve: [59, 221], futex: [202, 98] };
  for (const [name, [x64, arm64]] of Object.entries(spots)) {
    expect([SYSCALLS.x64.get(name), SYSCALLS.arm64.get(name)]).toEqual([x64, arm64]);
  }
  expect(SYSCALLS.arm64.has('open')).toBe(false);
});
