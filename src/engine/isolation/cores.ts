import { readFileSync } from 'node:fs';

/**
 * Holds jails to a number of cores where no cgroup does: each is started on so many of this process's, and the system
 * call filter keeps it from choosing others. One after the other gets the next ones, so that jails side by side share as
 * few as there may be; but two may share a core while another has nothing to do.
 */
export class Cores {
  private readonly own = coresIn(readFileSync('/proc/self/status', 'latin1'));
  private next = process.pid;

  constructor(private readonly taskset: () => string) {}

  /** The beginning of a launch on so many cores; empty where there are no more than those. */
  pinned(count: number): string[] {
    const { own } = this;
    const many = Math.max(1, Math.floor(count));
    if (many >= own.length) return [];
    const chosen = Array.from({ length: many }, (_, index) => own[(this.next + index) % own.length]);
    this.next += many;
    return [this.taskset(), '--cpu-list', chosen.join(',')];
  }
}

/**
 * The numbers of the cores that a process may run on.
 *
 * @param status the text of its `/proc/PID/status`
 */
export function coresIn(status: string): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
