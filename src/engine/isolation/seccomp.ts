import { assemble, type Instruction, SECCOMP_DATA } from './bpf.js';
import { type Architecture, AUDIT_ARCH, SYSCALLS } from './syscalls.js';

export const VERDICT = {
  allow: 0x7fff0000,
  killProcess: 0x80000000,
  errno: (number: number) => 0x00050000 | number,
} as const;

export const ERRNO = { EPERM: 1, ENOTTY: 25, ENOSYS: 38, EAFNOSUPPORT: 97 } as const;

/**
 * What a program in the jail may ask of the kernel: an allow-list, so that a call nobody thought of is refused.
 *
 * Left out on purpose, beyond the obvious (mount, ptrace, bpf, keyrings, io_uring, namespaces, modules, clocks):
 * - flock, fcntl locks and leases, inotify, fanotify, fadvise, readahead, mincore, cachestat: through the one /usr that
 *   all jails share they would carry messages from one jail to another;
 * - memfd_create, System V and POSIX queues and shared memory: memory that no per-process limit sees;
 * - sched_setaffinity: where no cgroup limits them, the cores that a jail may use are those it is started on;
 * - vmsplice, process_madvise, kcmp, pidfd_getfd, userfaultfd, name_to_handle_at: tools of kernel exploits, of no
 *   use to a model.
 */
const ALLOWED = `
  read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 lseek sendfile copy_file_range splice tee
  open openat openat2 creat close close_range dup dup2 dup3 pipe pipe2
  stat fstat lstat newfstatat statx access faccessat faccessat2 statfs fstatfs readlink readlinkat getdents getdents64
  getcwd chdir fchdir umask getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
  truncate ftruncate fallocate fsync fdatasync sync_file_range
  rename renameat renameat2 mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat
  chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
  poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
  eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime
  connect accept accept4 sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown bind listen
  getsockname getpeername getsockopt
  mmap munmap mprotect mremap madvise msync brk mlock mlock2 munlock mlockall munlockall mseal
  pkey_mprotect pkey_alloc pkey_free membarrier get_mempolicy
  fork vfork execve execveat exit exit_group wait4 waitid set_tid_address set_robust_list get_robust_list rseq
  futex futex_waitv futex_wake futex_wait futex_requeue arch_prctl set_thread_area get_thread_area prctl
  getpid getppid gettid getpgid getpgrp setpgid getsid setsid getuid geteuid getgid getegid getgroups
  getresuid getresgid setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid capget
  kill tkill tgkill pidfd_open pidfd_send_signal rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending
  rt_sigtimedwait rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend sigaltstack pause restart_syscall
  sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_getattr
  sched_get_priority_max sched_get_priority_min sched_rr_get_interval getpriority setpriority getcpu
  nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times alarm getitimer setitimer
  timer_create timer_settime timer_gettime timer_getoverrun timer_delete
  uname sysinfo getrusage getrlimit setrlimit prlimit64 getrandom
`
  .trim()
  .split(/\s+/);

/** New namespaces: CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET} and NEWTIME of linux/sched.h. */
const CLONE_NAMESPACES = 0x7e020000;

/** The bit that MAP_SHARED and MAP_SHARED_VALIDATE have, and MAP_PRIVATE has not. */
const MAP_SHARED = 1;

const MMAP_PRIVATE: readonly Instruction[] = [
  { op: 'label', name: 'mmap' },
  { op: 'load', offset: SECCOMP_DATA.argument(3) },
  { op: 'jset', value: MAP_SHARED, yes: 'deny' },
  { op: 'jump', to: 'allow' },
];

const AF_UNIX = 1;

/** fcntl commands that stay: F_{DUPFD,GETFD,SETFD,GETFL,SETFL,SETOWN,GETOWN}, F_DUPFD_CLOEXEC, F_{SET,GET}PIPE_SZ. */
const FCNTL_COMMANDS = [0, 1, 2, 3, 4, 8, 9, 1030, 1031, 1032];

/**
 * ioctl requests that stay: asking a descriptor whether it is a terminal, how many bytes wait, close-on-exec,
 * non-blocking. TIOCSTI and TIOCLINUX, which type into the launcher's terminal, are not among them.
 */
const IOCTL_REQUESTS = [0x5401, 0x802c542a, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451];

/** `personality` may be asked, and set to what it is: anything else turns off address randomisation. */
const PERSONALITIES = [0, 0xffffffff];

/**
 * Socket options that stay: SO_{REUSEADDR,KEEPALIVE,LINGER,REUSEPORT,PASSCRED,RCVTIMEO,SNDTIMEO,PEEK_OFF} and the
 * newer numbers of the two times. Buffer sizes are not among them: they are kernel memory that only a cgroup counts, and
 * with 4 MiB a socket a jail without one was seen to take a gigabyte in two seconds.
 */
const SOCKET_OPTIONS = [2, 9, 13, 15, 16, 20, 21, 42, 66, 67];

/** Calls one of whose arguments decides; the low word is all the kernel reads of these arguments. */
const BY_ARGUMENT: readonly {
  names: readonly string[];
  argument: number;
  allowed: readonly number[];
  otherwise: number;
}[] = [
  { names: ['socket', 'socketpair'], argument: 0, allowed: [AF_UNIX], otherwise: ERRNO.EAFNOSUPPORT },
  { names: ['fcntl'], argument: 1, allowed: FCNTL_COMMANDS, otherwise: ERRNO.EPERM },
  { names: ['ioctl'], argument: 1, allowed: IOCTL_REQUESTS, otherwise: ERRNO.ENOTTY },
  { names: ['setsockopt'], argument: 2, allowed: SOCKET_OPTIONS, otherwise: ERRNO.EPERM },
  { names: ['personality'], argument: 0, allowed: PERSONALITIES, otherwise: ERRNO.EPERM },
];

/** The names that the filter lets through whatever their arguments. */
export const ALLOWED_SYSCALLS: readonly string[] = ALLOWED;

/**
 * The jail's seccomp filter as the bytes that bubblewrap's `--seccomp` reads.
 *
 * Another architecture's calls, and x32's, kill the process: their numbers mean other calls. `clone3` answers ENOSYS, so
 * that libraries fall back to `clone`, whose flags a filter can read. Numbers past the table answer ENOSYS as well,
 * as an older kernel would; everything else answers EPERM.
 *
 * @param sharedMemory whether memory may be shared between processes. Its pages stay when every process has let go of
 * them, so that where no cgroup counts them nobody does; mappings of files that are shared are refused with it, since
 * /dev/zero is a file, too
 */
export function seccompFilter(architecture: Architecture, sharedMemory = true): Uint8Array {
  const table = SYSCALLS[architecture];
  const number = (name: string) => table.get(name);
  const program: Instruction[] = [
    { op: 'load', offset: SECCOMP_DATA.arch },
    { op: 'jeq', value: AUDIT_ARCH[architecture], yes: 'native' },
    { op: 'return', value: VERDICT.killProcess },
    { op: 'label', name: 'native' },
    { op: 'load', offset: SECCOMP_DATA.nr },
    { op: 'jge', value: 0x40000000, yes: 'kill' },
  ];
  const actions = new Map<number, string>();
  for (const name of ALLOWED) {
    const nr = number(name);
    if (nr !== undefined) actions.set(nr, 'allow');
  }
  BY_ARGUMENT.forEach((rule, index) => {
    for (const name of rule.names) {
      const nr = number(name);
      if (nr !== undefined) actions.set(nr, `argument-${index}`);
    }
  });
  const clone = number('clone');
  if (clone !== undefined) actions.set(clone, 'clone');
  const mmap = number('mmap');
  if (mmap !== undefined && !sharedMemory) actions.set(mmap, 'mmap');
  const clone3 = number('clone3');
  if (clone3 !== undefined) actions.set(clone3, 'unknown');

  const ranges = rangesOf(actions, Math.max(...table.values()) + 1);
  program.push(...search(ranges, 0, ranges.length));
  program.push(
    { op: 'label', name: 'kill' },
    { op: 'return', value: VERDICT.killProcess },
    { op: 'label', name: 'clone' },
    { op: 'load', offset: SECCOMP_DATA.argument(0) },
    { op: 'jset', value: CLONE_NAMESPACES, yes: 'deny' },
    { op: 'jump', to: 'allow' },
    ...(sharedMemory ? [] : MMAP_PRIVATE),
  );
  BY_ARGUMENT.forEach((rule, index) => {
    program.push({ op: 'label', name: `argument-${index}` });
    program.push({ op: 'load', offset: SECCOMP_DATA.argument(rule.argument) });
    for (const value of rule.allowed) program.push({ op: 'jeq', value, yes: 'allow' });
    program.push({ op: 'return', value: VERDICT.errno(rule.otherwise) });
  });
  program.push(
    { op: 'label', name: 'deny' },
    { op: 'return', value: VERDICT.errno(ERRNO.EPERM) },
    { op: 'label', name: 'unknown' },
    { op: 'return', value: VERDICT.errno(ERRNO.ENOSYS) },
    { op: 'label', name: 'allow' },
    { op: 'return', value: VERDICT.allow },
  );
  return assemble(program);
}

interface Range {
  from: number;
  action: string;
}

/** Neighbouring numbers with one answer become one range; the last runs to the end of the number space. */
function rangesOf(actions: ReadonlyMap<number, string>, end: number): Range[] {
  const ranges: Range[] = [];
  for (let nr = 0; nr < end; nr += 1) {
    const action = actions.get(nr) ?? 'deny';
    if (ranges.at(-1)?.action !== action) ranges.push({ from: nr, action });
  }
  ranges.push({ from: end, action: 'unknown' });
  return ranges;
}

/** A binary search over the ranges: eight comparisons a call instead of hundreds. */
function search(ranges: readonly Range[], low: number, high: number): Instruction[] {
  if (high - low === 1) return [{ op: 'jump', to: ranges[low]?.action ?? 'deny' }];
  const middle = (low + high) >> 1;
  const upper = `from-${middle}`;
  return [
    { op: 'jge', value: ranges[middle]?.from ?? 0, yes: upper },
    ...search(ranges, low, middle),
    { op: 'label', name: upper },
    ...search(ranges, middle, high),
  ];
}
