import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Filling } from './schedule.ts';

const MIB = 2 ** 20;
/** While the case is prepared there is room for everything. */
const ROOMY_BYTES = 512 * MIB;
/** What a run leaves in the stores, generously, and what the smallest disk has beyond it. */
const BYTES_PER_RUN = 128 * 1024;
const SPARE_BYTES = 2 * MIB;

/** The stores on a small file system of their own, which is filled to its last byte from time to time. */
export class SmallDisk {
  private readonly folder: string;
  filled = 0;
  bytes = ROOMY_BYTES;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Mounts it where the stores will be made, in this process's own mount namespace. */
  static mount(dataFolder: string): SmallDisk {
    const folder = join(dataFolder, 'objects');
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOMY_BYTES},mode=711`, 'chaos', folder]);
    return new SmallDisk(folder);
  }

  /** Leaves only as much room as `runs` need when nothing else takes it. */
  shrink(runs: number): void {
    const { blocks, bfree, bsize } = statfsSync(this.folder);
    this.bytes = (blocks - bfree) * bsize + runs * BYTES_PER_RUN + SPARE_BYTES;
    execFileSync('mount', ['-o', `remount,size=${this.bytes}`, this.folder]);
  }

  async play(began: number, fillings: readonly Filling[], say: (line: string) => void): Promise<void> {
    for (const { atSeconds, seconds } of fillings) {
      await pause(Math.max(0, began + atSeconds * 1_000 - performance.now()));
      this.fill();
      say(`the disk is full for ${seconds.toFixed(1)} s`);
      await pause(seconds * 1_000);
      rmSync(join(this.folder, '.filler'));
    }
  }

  private fill(): void {
    const file = openSync(join(this.folder, '.filler'), 'w');
    const chunk = Buffer.alloc(64 * 1024);
    try {
      for (let size = chunk.length; size > 0; size = Math.floor(size / 2)) {
        try {
          for (;;) writeSync(file, chunk, 0, size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
      this.filled += 1;
    } finally {
      closeSync(file);
    }
  }
}
