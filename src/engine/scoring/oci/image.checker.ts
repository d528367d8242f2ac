/**
 * Runs inside the jail, on the staged Node: reads an OCI archive, which is its stdin as a file, and says on stdout as JSON
 * what it is, or why it is not taken. Where it is to be unpacked it leaves a clean layout in the one folder it may write.
 */
import { createReadStream, fstatSync, readFileSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { InputError } from '../../input-error.js';
import type { Readable } from './image-archive.js';
import { checkImage } from './image-check.js';
import { LayoutWriter } from './image-layout.js';
import { CHECKER_PATHS, type CheckerTask } from './oci-image.js';

const CHUNK_BYTES = 1 << 18;

const archive: Readable = {
  size: fstatSync(0).size,
  read: (start, end) =>
    end <= start
      ? nothing()
      : (createReadStream('', {
          fd: 0,
          autoClose: false,
          start,
          end: end - 1,
          highWaterMark: CHUNK_BYTES,
        }) as AsyncIterable<Buffer>),
};

async function* nothing(): AsyncGenerator<Buffer> {}

async function main(): Promise<object> {
  const task = JSON.parse(readFileSync(CHECKER_PATHS.task, 'utf8')) as CheckerTask;
  if (task.mode === 'inspect') return checkImage(archive, task);
  await mkdir(CHECKER_PATHS.layout, { recursive: true });
  const layout = new LayoutWriter(CHECKER_PATHS.layout);
  const checked = await checkImage(archive, task, layout);
  await layout.finish(task.architecture);
  return checked;
}

function say(value: object): void {
  const bytes = Buffer.from(JSON.stringify(value));
  for (let sent = 0; sent < bytes.length;) sent += writeSync(1, bytes, sent);
}

try {
  say(await main());
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  const { code, message } = error;
  say({ refused: { code, message: message.slice(0, 900) } });
  process.exitCode = 3;
}
