import { type Attempt, call, calls, perl, type Seen } from './attempt.js';

/** Machine code for getpid as 32-bit programs call it: mov eax, 20; int 0x80; ret. */
const INT80 = `require DynaLoader; my $code = "\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3";
  my $at = syscall(${call('mmap')}, 0, 4096, 7, 0x22, -1, 0); pipe(my $r, my $w); syswrite $w, $code;
  syscall(${call('read')}, fileno $r, $at, length $code); DynaLoader::dl_install_xsub("main::call", $at); &call; print "it ran"`;

const killed = ({ outcome, output }: Seen): string | undefined =>
  outcome.kind === 'crashed' && outcome.signal === 'SIGSYS' && output === ''
    ? undefined
    : `ended as ${JSON.stringify(outcome)} ${output}`;

/** Parts of the kernel that no model has any business with, and that exploits begin with. */
export const KERNEL: readonly Attempt[] = [
  calls('keyrings of the kernel', 'add_key request_key keyctl'),
  calls('io_uring', 'io_uring_setup io_uring_enter io_uring_register'),
  calls('asynchronous input and output of the kernel', 'io_setup io_submit io_cancel io_getevents'),
  calls('programs in the kernel', 'bpf'),
  calls('performance counters', 'perf_event_open'),
  calls('page faults handled by a program', 'userfaultfd'),
  calls('modules and other kernels', 'init_module finit_module delete_module kexec_load kexec_file_load'),
  calls('tracing', 'ptrace'),
  calls(
    "others' memory and descriptors",
    'process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd',
  ),
  calls('files by handle', 'name_to_handle_at open_by_handle_at'),
  calls('pages given to a pipe', 'vmsplice'),
  calls('memory outside files', 'memfd_create memfd_secret'),
  calls('shared memory of System V', 'shmget shmat shmctl'),
  calls('queues and semaphores of System V', 'msgget msgsnd msgctl semget semop semctl semtimedop'),
  calls('message queues', 'mq_open mq_unlink mq_timedsend mq_notify'),
  calls('the clock', 'settimeofday clock_settime adjtimex clock_adjtime'),
  calls('names of the host', 'sethostname setdomainname'),
  calls('power, swap, accounting, quotas, the log', 'reboot swapon swapoff acct quotactl quotactl_fd syslog'),
  calls('ports of the processor', 'iopl ioperm modify_ldt'),
  calls('capabilities and groups', 'capset setgroups'),
  perl(
    'addresses that can be guessed',
    `$! = 0; my $r = syscall(${call('personality')}, 0x0040000); print "randomisation is off" unless $r == -1 && $! == 1`,
  ),
  calls('a filter of its own', 'seccomp'),
  perl('calls of another architecture', INT80, { architecture: 'x64', judge: killed }),
  perl('calls by their x32 numbers', 'print syscall(0x40000000 + 39)', {
    architecture: 'x64',
    judge: killed,
  }),
  perl(
    'calls that this kernel does not know yet',
    `for my $nr (470 .. 1023) { $! = 0; my $r = syscall($nr, 0, 0, 0, 0, 0, 0);
       print "$nr answered $r (", $! + 0, ") " unless $r == -1 && ($! == 1 || $! == 38) }`,
  ),
];
