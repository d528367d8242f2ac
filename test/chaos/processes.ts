import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Process {
  pid: number;
  parent: number;
  /** the real user id, as this namespace sees it */
  uid: number;
  state: string;
  command: string[];
}

/** Every process of this PID namespace: the test runs in one of its own, so each of them is its own. */
export function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'latin1');
        const field = (key: string): string => new RegExp(`^${key}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0').filter(Boolean);
        return [
          {
            pid: Number(name),
            parent: Number(field('PPid')),
            uid: Number(field('Uid')),
            state: field('State'),
            command,
          },
        ];
      } catch {
        // Gone between the listing and the look.
        return [];
      }
    });
}

export const POWERS = ['api', 'launcher', 'evaluator', 'signer'] as const;
export type PowerName = (typeof POWERS)[number];

/** Which power a process is, from the moment when its supervisor made it. */
export function powerOf({ command }: Process): PowerName | undefined {
  const entry = command.findIndex((word) => word.endsWith('service/power.entry.js'));
  return entry < 0 ? undefined : POWERS.find((power) => power === command[entry + 1]);
}

/** The process that all of this data folder's PostgreSQL descends from. */
export function postmaster(dataFolder: string): number | undefined {
  try {
    const cluster = `${dataFolder}/postgres/cluster`;
    const pid = Number(readFileSync(`${cluster}/postmaster.pid`, 'latin1').split('\n')[0]);
    return readlinkSync(`/proc/${pid}/exe`).endsWith('/postgres') ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether the process was there to be signalled */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}
