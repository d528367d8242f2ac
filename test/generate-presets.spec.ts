import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generateDataset,
  parseParameters,
  PRESETS,
  SPLITS,
  type DatasetManifest,
  type Split,
} from '../src/engine/synthesis/index.js';

/** What continuous integration looks at: every preset at its default parameters. */
const ROWS = 200_000;
/** For statistics from seed to seed. */
const SMALL = 20_000;
const SEEDS = 20;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-presets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function generate(
  preset: string,
  seed: string,
  rows: number,
  splits?: readonly Split[],
): Promise<DatasetManifest> {
  return generateDataset({
    preset,
    parameters: parseParameters(preset, {}, rows),
    rows,
    seed,
    threads: 2,
    ...(splits === undefined ? {} : { splits }),
    outDir: join(folder, `${preset}-${seed}`),
  });
}

/** How far from its target a figure may be, as a share of the target. */
const allowed = (tolerance: number | undefined): number => tolerance ?? 0.1;

describe.each(Object.values(PRESETS))('$name', (preset) => {
  let manifest: DatasetManifest;
  beforeAll(async () => {
    manifest = await generate(preset.name, 'whole', ROWS, SPLITS);
  }, 300_000);

  it(`passes its gates at ${ROWS} rows, the random attribute's among them`, () => {
    const failed = manifest.gates.filter(({ outcome }) => outcome === 'FAILED');
    expect(failed).toEqual([]);
    for (const split of ['development', 'evaluation']) {
      const own = manifest.gates.filter((gate) => gate.split === split);
      expect(own.filter(({ outcome }) => outcome === 'NOT_JUDGED')).toEqual([]);
      const names = own.map(({ name }) => name).join('; ');
      for (const gate of ['single feature', 'depth-2 tree', 'random attribute'])
        expect(names).toContain(gate);
    }
    expect(manifest.gates.map(({ name }) => name).join('; ')).toContain('baseline ROC AUC');
  });

  it('meets every cited figure and lies where real data does', () => {
    expect(manifest.calibration.length).toBeGreaterThan(0);
    expect(manifest.calibration.filter(({ within }) => within === false)).toEqual([]);
    expect(manifest.realism.filter(({ within }) => within === false)).toEqual([]);
    expect(manifest.realism.some(({ within }) => within === true)).toBe(true);
    for (const { source } of [...manifest.calibration, ...manifest.realism]) expect(source).not.toBe('');
  });

  it('fills every table, and says what every column is', () => {
    const tables = manifest.files.filter(({ path }) => path.endsWith('.parquet'));
    expect(tables.filter(({ rows }) => rows === 0).map(({ path }) => path)).toEqual([]);
    expect(tables.map(({ path }) => path).sort()).toEqual(
      preset.tables
        .flatMap(({ name, per }) => (per === 'split' ? SPLITS.map((split) => `${split}/${name}`) : [name]))
        .map((path) => `${path}.parquet`)
        .sort(),
    );
    const undocumented = preset.tables.flatMap((table) =>
      table.columns
        .filter(
          ({ definition, unit, role, window }) =>
            definition === '' || unit === '' || (role === 'feature' && (window ?? '') === ''),
        )
        .map(({ name }) => `${table.name}.${name}`),
    );
    expect(undocumented).toEqual([]);
    const features = manifest.columns.filter(({ role }) => role === 'feature');
    expect(features.length).toBeGreaterThanOrEqual(20);
    expect(new Set(features.map(({ type }) => type))).toEqual(new Set(['float32']));
  });

  it('ships the documents that it says it ships', async () => {
    const at = join(folder, `${preset.name}-whole`);
    const onDisk = (await readdir(at, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1));
    expect(onDisk.sort()).toEqual(manifest.files.map(({ path }) => path).sort());
    for (const path of [
      'datasheet.json',
      'datasheet.md',
      'datasheet.html',
      'realism.json',
      'leak-audit.json',
    ])
      expect(onDisk).toContain(path);
    expect(onDisk.filter((path) => /^pictures\/.*\.svg$/.test(path)).length).toBeGreaterThanOrEqual(4);
    const page = await readFile(join(at, 'datasheet.md'), 'utf8');
    expect(page).not.toMatch(/undefined|NaN|\[object/);
    for (const { title } of (
      JSON.parse(await readFile(join(at, 'datasheet.json'), 'utf8')) as { typologies: { title: string }[] }
    ).typologies)
      expect(page).toContain(title);
  });

  it(`has other bytes and the same statistics under ${SEEDS} seeds of ${SMALL} rows`, async () => {
    const versions: DatasetManifest[] = [];
    for (let seed = 0; seed < SEEDS; seed += 1) {
      versions.push(await generate(preset.name, `small-${seed}`, SMALL));
      await rm(join(folder, `${preset.name}-small-${seed}`), { recursive: true });
    }
    for (const path of [
      'development/features',
      'evaluation/features',
      'evaluation/labels',
      'development/labels',
    ]) {
      const digests = versions.map(
        ({ files }) => files.find((file) => file.path === `${path}.parquet`)?.sha256,
      );
      expect(new Set(digests).size).toBe(SEEDS);
    }
    for (const { rows } of versions) expect(rows).toEqual(versions[0]?.rows);
    // A mean over the seeds is as near its target as one large version must be, beside three standard errors of its own.
    const off = (versions[0]?.calibration ?? []).flatMap(({ figure, target, tolerance }) => {
      const reached = versions.flatMap(
        ({ calibration }) => calibration.find((other) => other.figure === figure)?.reached ?? [],
      );
      if (reached.length < SEEDS / 2) return [];
      const mean = reached.reduce((sum, value) => sum + value, 0) / reached.length;
      const variance =
        reached.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, reached.length - 1);
      const room = allowed(tolerance) * Math.abs(target) + 3 * Math.sqrt(variance / reached.length);
      return Math.abs(mean - target) <= room ? [] : [{ figure, target, mean }];
    });
    expect(off).toEqual([]);
  }, 300_000);
});
