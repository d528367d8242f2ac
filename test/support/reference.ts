import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of a published reference beside the project, or undefined where it is not laid out. */
export function reference(name: string): string | undefined {
  const path = `${root}../shared/reference/${name}`;
  return existsSync(path) ? path : undefined;
}

/** A `describe` that needs a reference folder, and says so where there is none. */
export function describeWithReference(name: string, body: (folder: string) => void): void {
  const folder = reference(name);
  if (folder !== undefined) {
    describe(`reference ${name}`, () => body(folder));
  } else {
    describe.skip(`reference ${name} (skipped: no ../shared)`, () => {
      test('skipped: no ../shared', () => undefined);
    });
  }
}
