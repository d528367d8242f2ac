import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../platform/database/index.js';
import { referenceModels } from './comparison.js';

const BASELINES = join(projectRoot(), 'src', 'baselines');

describe('the reference models of a comparison', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-references-'));
    await cp(BASELINES, folder, { recursive: true });
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('are those of the preset that find all their columns, each bound to them in order', async () => {
    const weak = (
      await referenceModels(folder, 'hk-retail-payments', [...(await columnsOf('weak')), 'more'])
    )[0];
    expect(weak).toMatchObject({ name: 'weak', binding: { inputs: [{ columns: await columnsOf('weak') }] } });
    const all = [...(await columnsOf('weak')), ...(await columnsOf('strong'))];
    expect((await referenceModels(folder, 'hk-retail-payments', all)).map(({ name }) => name)).toEqual([
      'strong',
      'weak',
    ]);
    expect(await referenceModels(folder, 'hk-retail-payments', all.slice(1, 3))).toEqual([]);
    for (const preset of [null, 'another', 'constructor', '__proto__'])
      expect(await referenceModels(folder, preset, all)).toEqual([]);
  });

  test('a file that is not the one described is refused', async () => {
    const columns = await columnsOf('weak');
    await writeFile(join(folder, 'weak.onnx'), 'another model');
    await expect(referenceModels(folder, 'hk-retail-payments', columns)).rejects.toThrow('weak.onnx');
  });
});

async function columnsOf(name: string): Promise<string[]> {
  const { models } = JSON.parse(await readFile(join(BASELINES, 'baselines.json'), 'utf8')) as {
    models: Record<string, { features: string[] }>;
  };
  return models[name]?.features ?? [];
}
