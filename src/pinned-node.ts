import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The oldest Node that the service runs on. */
const OLDEST = 24;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The project pins its own Node as the npm package `node`. Where the machine's, which runs this file when the command
 * is called directly, is older, the command is run again on the pinned one.
 *
 * @returns the exit status of that run, or null where this Node will do
 */
export async function runOnPinnedNode(argv: readonly string[]): Promise<number | null> {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST) return null;
  const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(pinned)) {
    process.stderr.write(
      `sandbox: this is Node ${process.versions.node} and the pinned Node ${OLDEST} is not installed: run npm run setup first\n`,
    );
    return 1;
  }
  const child = spawn(pinned, argv.slice(1), { stdio: 'inherit' });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGKILL' ? 9 : 15)),
    );
  });
}
