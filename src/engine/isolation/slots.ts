import { mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processStart } from './processes.js';

/** User ids that jails run as, one at a time each. No account has them; outside their jails they own nothing. */
export interface SlotRange {
  first: number;
  count: number;
}

/** Outside the ids that Debian and systemd hand out (accounts below 60,000, containers from 524,288 upwards). */
export const DEFAULT_SLOTS: SlotRange = { first: 640_100, count: 64 };

const CAP_SETGID = 6;
const CAP_SETUID = 7;

/**
 * The slots this process can really become, decided by capability and by what its user namespace maps, never by
 * being called root: a launcher may be id 0 of a namespace that holds only itself and its slots.
 *
 * @returns the range, or the reason why there is none
 */
export function usableSlots(wanted?: SlotRange): SlotRange | string {
  const status = readFileSync('/proc/self/status', 'latin1');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const has = (capability: number) => (effective & (1n << BigInt(capability))) !== 0n;
  if (!has(CAP_SETUID) || !has(CAP_SETGID)) return 'this process cannot change its user id';
  const uids = mapped('/proc/self/uid_map');
  const gids = mapped('/proc/self/gid_map');
  const within = (range: SlotRange, maps: readonly SlotRange[]) =>
    maps.some((map) => map.first <= range.first && map.first + map.count >= range.first + range.count);
  const usable = (range: SlotRange) => within(range, uids) && within(range, gids);
  if (wanted !== undefined) {
    return usable(wanted)
      ? wanted
      : `user ids ${wanted.first} to ${wanted.first + wanted.count - 1} are not all mapped in this user namespace`;
  }
  if (usable(DEFAULT_SLOTS)) return DEFAULT_SLOTS;
  const other = uids.find((map) => map.first > 0 && usable(map));
  return other ?? 'no user ids beside its own are mapped in this user namespace';
}

/** Whether this process is the machine's own root, whom RLIMIT_NPROC does not bind, whatever it is called here. */
export function isRootOfMachine(): boolean {
  const outside = readFileSync('/proc/self/uid_map', 'latin1').trim().split(/\s+/)[1];
  return process.getuid?.() === 0 && outside === '0';
}

function mapped(file: string): SlotRange[] {
  return readFileSync(file, 'latin1')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([first = 0, , count = 0]) => ({ first, count }));
}

/** Hands out slots, each to one jail at a time over all processes that share the folder of locks. */
export class SlotPool {
  private readonly taken = new Set<number>();

  constructor(
    readonly range: SlotRange,
    private readonly folder: string,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** @returns a user id, or undefined when all are taken */
  acquire(): number | undefined {
    for (let uid = this.range.first; uid < this.range.first + this.range.count; uid += 1) {
      if (this.taken.has(uid) || !this.lock(uid)) continue;
      this.taken.add(uid);
      return uid;
    }
    return undefined;
  }

  release(uid: number): void {
    if (!this.taken.delete(uid)) return;
    try {
      unlinkSync(join(this.folder, String(uid)));
    } catch {
      // Somebody cleaned the folder: the slot is free either way.
    }
  }

  private lock(uid: number): boolean {
    const file = join(this.folder, String(uid));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        // A link to nowhere names its holder from its first moment: a file could be left empty by one that is killed.
        symlinkSync(`${process.pid} ${processStart(process.pid) ?? ''}`, file);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (!this.clearStale(file)) return false;
    }
    return false;
  }

  /** A holder that was killed leaves its file behind. Moving it aside before unlinking lets only one taker win. */
  private clearStale(file: string): boolean {
    const holder = readHolder(file);
    if (holder === undefined || holder.alive) return false;
    const aside = `${file}.${process.pid}`;
    try {
      renameSync(file, aside);
      unlinkSync(aside);
      return true;
    } catch {
      return false;
    }
  }
}

function readHolder(file: string): { alive: boolean } | undefined {
  const text = readLock(file);
  if (text === undefined) return undefined;
  const [pid = '', start] = text.split(' ');
  return { alive: pid !== '' && isAlive(Number(pid), start) };
}

function readLock(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error) {
    // Versions before made files.
    return (error as NodeJS.ErrnoException).code === 'EINVAL' ? readFileSync(file, 'latin1') : undefined;
  }
}
