import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEVICES,
  FIXED_LIMITS,
  JailHost,
  type ProfileName,
  type ProfilePage,
  PROFILES,
} from '../src/engine/isolation/index.js';
import { PROCESSES_OF_OURS } from '../src/engine/isolation/meter.js';
import { encodeBatch, encodeSchema, END_OF_STREAM } from '../src/engine/scoring/arrow-message.js';
import { inspectInJail, scoreOnnx } from '../src/engine/scoring/index.js';
import { inspectImage, OCI_LIMITS, scoreImage, umoci } from '../src/engine/scoring/oci/index.js';
import { layer, ociArchive, tar } from '../src/engine/scoring/oci/oci.fixture.js';
import { linearModel } from '../src/engine/scoring/onnx-writer.js';
import { inspectPredictions, readPredictions } from '../src/engine/scoring/predictions/index.js';
import { startOnnx } from '../src/engine/scoring/remote/onnx-program.js';
import { type Lease } from '../src/engine/scoring/remote/protocol.js';

const PREDICTIONS = new TextEncoder().encode('row_id,score\n1,0.5\n2,0.25\n');
const GIB = 2 ** 30;

/** What bubblewrap was told: of each mount the kind and the place in the jail, the limits, the variables. */
interface Launch {
  mounts: string[];
  devices: string[];
  limits: string[];
  variables: string[];
}

const ARGUMENTS: Readonly<Record<string, number>> = {
  ...{ '--ro-bind': 2, '--bind': 2, '--dev-bind': 2, '--ro-bind-data': 2, '--symlink': 2 },
  ...{ '--dir': 1, '--tmpfs': 1, '--perms': 1, '--remount-ro': 1, '--proc': 1 },
};

function launchOf(words: readonly string[]): Launch {
  const launch: Launch = { mounts: [], devices: [], limits: [], variables: [] };
  const tools = words.indexOf('--');
  for (let at = 0; at < tools; at += 1 + (ARGUMENTS[words[at] ?? ''] ?? 0)) {
    const [option = '', ...rest] = words.slice(at, at + 1 + (ARGUMENTS[words[at] ?? ''] ?? 0));
    const place = rest.at(-1) ?? '';
    if (option === '--dev-bind') launch.devices.push(place);
    // The masks of /proc, our own /dev and the tools that set limits in an image belong to every jail.
    else if (/^\/(proc|dev)(\/|$)/.test(place) || place === '/etc/ld.so.preload') continue;
    else if (/^--((ro-)?bind(-data)?|symlink|dir|tmpfs)$/.test(option))
      launch.mounts.push(`${option} ${place}`);
  }
  const command = words.slice(tools + 1);
  launch.limits = command.filter((word) => /^--[a-z]+=\d/.test(word));
  const start = command.indexOf('init') + 1;
  launch.variables = command.slice(start, command.indexOf('--', start));
  return launch;
}

/** The same as the page has it; the links into `/usr` as the host has them. */
function mountsOfPage(page: ProfilePage): { must: string[]; may: string[] } {
  const options = { root: '--ro-bind', readOnly: '--ro-bind', data: '--ro-bind-data' } as const;
  const must: string[] = [];
  const may: string[] = [];
  for (const mount of page.mounts) {
    if (mount.kind === 'system') {
      must.push('--ro-bind /usr');
      may.push(...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].map((name) => `--symlink /${name}`));
    } else if (mount.kind === 'directory') must.push(`--dir ${mount.at}`);
    else if (mount.kind === 'scratch' || mount.kind === 'writable') must.push(`--bind ${mount.at}`);
    else (mount.kind === 'data' && mount.optional ? may : must).push(`${options[mount.kind]} ${mount.at}`);
  }
  return { must, may };
}

/** Whatever the page does not leave to be fitted is exactly as it says. */
function limitsOfPage({ limits, fitted }: ProfilePage): string[] {
  const cpu = limits.cpuSeconds;
  const file = limits.fileBytes === undefined ? 'outputBytes' : 'fileBytes';
  const space = limits.addressSpaceBytes ?? limits.memoryBytes + 2 * GIB;
  return [
    `--nproc=${limits.processes + 2 * PROCESSES_OF_OURS}`,
    `--nofile=${limits.openFiles}`,
    ...Object.entries(FIXED_LIMITS).map(([name, most]) => `--${name}=${most}`),
    ...(fitted.cpuSeconds === undefined ? [`--cpu=${cpu + 1}:${cpu + 2}`] : []),
    ...(fitted[file] === undefined ? [`--fsize=${limits[file] ?? 0}`] : []),
    ...(limits.addressSpaceBytes !== undefined || fitted.memoryBytes === undefined ? [`--as=${space}`] : []),
  ];
}

describe('the page of profiles', () => {
  let folder: string;
  let host: JailHost;

  beforeAll(() => {
    folder = mkdtempSync('/var/tmp/profiles-');
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'told'));
    chmodSync(join(folder, 'told'), 0o777);
    // Without cgroups, so that the limit on address space is told, too.
    host = new JailHost({ cgroupParent: null, stateDirectory: join(folder, 'state') });
    const bwrap = join(folder, 'bwrap');
    const note = `open(my $f, ">", "${folder}/told/$$") or die; print $f join("\\0", @ARGV); close $f;`;
    writeFileSync(bwrap, `#!/usr/bin/perl\n${note}\nexec "${host.tools.bwrap}", @ARGV;\n`);
    chmodSync(bwrap, 0o755);
    Object.defineProperty(host, 'tools', { value: { ...host.tools, bwrap } });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Does the work, and holds every jail that it started against a profile of the page. */
  async function startsOnly(names: readonly ProfileName[], work: () => Promise<unknown>): Promise<void> {
    const told = join(folder, 'told');
    for (const file of readdirSync(told)) rmSync(join(told, file));
    await work();
    const launches = readdirSync(told)
      .sort((one, other) => Number(one) - Number(other))
      .map((file) => launchOf(readFileSync(join(told, file), 'utf8').split('\0')));
    expect(launches.length).toBe(names.length);
    launches.forEach((launch, index) => {
      const page: ProfilePage = PROFILES[names[index] ?? 'base'];
      const { must, may } = mountsOfPage(page);
      expect(launch.mounts.filter((mount) => !may.includes(mount)).sort()).toEqual(must.sort());
      expect(launch.devices.sort()).toEqual(DEVICES.map((name) => `/dev/${name}`).sort());
      expect(launch.limits).toEqual(expect.arrayContaining(limitsOfPage(page)));
      const variables = Object.entries(page.env).map(([name, value]) => `${name}=${value}`);
      if (page.added === undefined) expect(launch.variables.sort()).toEqual(variables.sort());
      else expect(launch.variables).toEqual(expect.arrayContaining(variables));
    });
  }

  const model = linearModel(1, 0.5, 1);
  const file = (name: string, bytes: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes, { mode: 0o600 });
    return path;
  };
  async function* features() {
    yield { rows: 2, columns: [Float32Array.of(1, 2)] };
  }

  it('is what an ONNX graph is looked at and scored in', async () => {
    await startsOnly(['inspection'], () => inspectInJail(model, host));
    await startsOnly(['inspection'], () => inspectInJail({ file: file('model.onnx', model) }, host));
    const binding = { inputs: [{ name: 'x', columns: ['x'] }] };
    await startsOnly(['onnx'], () =>
      scoreOnnx({ model, binding, batches: features(), rows: 2, jail: host, limits: { wallSeconds: 30 } }),
    );
    const lease: Lease = {
      ...{ lease: 'l', run: 'r', attempt: 1, model: { artefactSha256: '' }, feed: { kind: 'BATCH' } },
      ...{ columns: [{ name: 'x', type: 'float32' }], rows: 2, batchRows: 2, next: 0 },
    };
    await startsOnly(['onnx'], async () => {
      const program = await startOnnx(host, model, lease, GIB);
      program.stdin.end();
      program.stdout.resume();
      await program.ended;
    });
  });

  it('is what handed-in predictions are read in', async () => {
    await startsOnly(['predictions'], () => inspectPredictions(host, PREDICTIONS));
    await startsOnly(['predictions'], () => readPredictions(host, PREDICTIONS, 2));
  });

  (umoci() === undefined ? it.skip : it)('is what images are looked at, unpacked and run in', async () => {
    const good = Buffer.concat([
      encodeSchema([{ name: 'score', type: 'float64' }]),
      encodeBatch(2, [Float64Array.of(0.5, 0.25)]),
      END_OF_STREAM,
    ]);
    const libraries = execFileSync('ldd', ['/bin/sh'], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
    const bytes = ociArchive({
      layers: [
        layer(
          tar([
            ...['/bin/sh', '/bin/cat', ...libraries].map((path) => ({
              name: path.slice(1),
              mode: 0o755,
              content: readFileSync(path),
            })),
            { name: 'scores', content: good },
            { name: 'app/score', mode: 0o755, content: '#!/bin/sh\n/bin/cat >/dev/null; /bin/cat /scores\n' },
          ]),
        ),
      ],
    });
    const archive = file('image.tar', bytes);
    await startsOnly(['imageInspection'], () => inspectImage(archive, host));
    await startsOnly(['unpack', 'image'], () =>
      scoreImage({
        archive: async () => archive,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        columns: [{ name: 'x', type: 'float32' }],
        batches: features(),
        rows: 2,
        jail: host,
      }),
    );
    expect(PROFILES.unpack.limits.fileBytes).toBe(2 * OCI_LIMITS.bytes);
  });

  it('is printed by doctor, for people and for machines', () => {
    const doctor = (...more: string[]) =>
      execFileSync(process.execPath, ['dist/main.js', 'doctor', '--profiles', ...more], { encoding: 'utf8' });
    expect(JSON.parse(doctor('--json'))).toEqual({
      profiles: PROFILES,
      devices: DEVICES,
      fixedLimits: FIXED_LIMITS,
    });
    const page = doctor();
    for (const [name, { why, mounts }] of Object.entries(PROFILES)) {
      expect(page).toContain(`${name}: ${why}\n`);
      for (const mount of mounts) expect(page).toContain(mount.why);
    }
  });

  it('says where something can be written to, and nothing else can', () => {
    const writable = Object.entries(PROFILES).map(([name, { mounts }]) => [
      name,
      mounts.filter(({ kind }) => kind === 'scratch' || kind === 'writable').map(({ at }) => at),
    ]);
    expect(Object.fromEntries(writable)).toEqual({
      ...{ base: [], onnx: [], inspection: [], predictions: [], imageInspection: [] },
      ...{ image: ['/tmp'], unpack: ['/work'] },
    });
  });
});
