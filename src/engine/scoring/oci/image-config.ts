import { InputError } from '../../input-error.js';
import { type Descriptor, descriptorOf, type ImageArchive } from './image-archive.js';
import type { ImageTree, TreeNode } from './image-tree.js';
import { isRecord, isText, isTexts, isDigest, type OciLaunch } from './oci-image.js';

export interface ImageConfig {
  architecture: string;
  os: string;
  launch: OciLaunch;
  /** of each layer's bytes once unpacked */
  diffIds: string[];
  /** of each layer, what made it; null where the image does not say */
  createdBy: (string | null)[];
}

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
/** An index may point to another, as BuildKit writes it. */
const INDEX_DEPTH = 3;
const MANIFESTS_AT_MOST = 64;
const TEXT_BYTES = 64 * 1024;
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The manifest of the one image that this machine can run.
 *
 * @throws InputError `NO_IMAGE`, `WRONG_PLATFORM`, `SEVERAL_IMAGES`, `BAD_DOCUMENT`
 */
export async function selectManifest(archive: ImageArchive, architecture: string): Promise<Descriptor> {
  const found: { descriptor: Descriptor; platform: string | null }[] = [];
  const look = async (index: Record<string, unknown>, depth: number): Promise<void> => {
    const manifests = Array.isArray(index['manifests']) ? index['manifests'] : [];
    if (depth > INDEX_DEPTH || found.length + manifests.length > MANIFESTS_AT_MOST)
      throw new InputError('BAD_DOCUMENT', 'the archive’s index names too many manifests');
    for (const value of manifests) {
      const descriptor = descriptorOf(value, 'a manifest in the archive’s index');
      if (INDEXES.includes(descriptor.mediaType)) {
        await look(await archive.document(descriptor, 'an index'), depth + 1);
      } else if (MANIFESTS.includes(descriptor.mediaType)) {
        const platform = platformOf(value);
        // What BuildKit attests to an image stands beside it, for no platform.
        if (platform !== 'unknown/unknown') found.push({ descriptor, platform });
      }
    }
  };
  await look(await archive.json('index.json'), 1);
  const wanted = `linux/${architecture}`;
  const fitting = found.filter(({ platform }) => platform === null || platform === wanted);
  const [first, second] = fitting;
  if (first === undefined) {
    throw found.length === 0
      ? new InputError('NO_IMAGE', 'the archive’s index names no image')
      : wrongPlatform(found.map(({ platform }) => platform ?? 'unknown').join(', '), wanted);
  }
  if (second !== undefined && second.descriptor.digest !== first.descriptor.digest) {
    throw new InputError(
      'SEVERAL_IMAGES',
      `the archive holds ${fitting.length} images for ${wanted}: save the one that is meant`,
    );
  }
  return first.descriptor;
}

/** @throws InputError `BAD_DOCUMENT`, `TOO_MANY_LAYERS` */
export function layersOf(manifest: Record<string, unknown>, most: number): Descriptor[] {
  const layers = manifest['layers'];
  if (!Array.isArray(layers)) throw new InputError('BAD_DOCUMENT', 'the image’s manifest lists no layers');
  if (layers.length > most)
    throw new InputError(
      'TOO_MANY_LAYERS',
      `the image has ${layers.length} layers; at most ${most} are taken`,
    );
  return layers.map((layer, index) => descriptorOf(layer, `layer ${index + 1}`));
}

/** @throws InputError `BAD_DOCUMENT`, `WRONG_PLATFORM`, `NO_ENTRYPOINT` */
export function readConfig(document: Record<string, unknown>, architecture: string): ImageConfig {
  const { architecture: its, os } = document;
  if (!isText(its) || !isText(os)) throw bad('says no architecture and operating system');
  if (os !== 'linux' || its !== architecture)
    throw wrongPlatform(`${os}/${its}`.slice(0, 100), `linux/${architecture}`);
  const config = isRecord(document['config']) ? document['config'] : {};
  const rootfs = isRecord(document['rootfs']) ? document['rootfs'] : {};
  const diffIds = rootfs['diff_ids'];
  if (!Array.isArray(diffIds) || !diffIds.every(isDigest))
    throw bad('lists no digests of its layers (diff_ids)');
  const command = [...list(config['Entrypoint'], 'Entrypoint'), ...list(config['Cmd'], 'Cmd')];
  if (command.length === 0 || command[0] === '') {
    throw new InputError(
      'NO_ENTRYPOINT',
      'the image has neither entrypoint nor command: say in its Dockerfile what reads features and writes scores, for example ENTRYPOINT ["python3", "/app/score.py"]',
    );
  }
  const workingDirectory = config['WorkingDir'];
  const folder = isText(workingDirectory) && workingDirectory !== '' ? workingDirectory : '/';
  if (!folder.startsWith('/') || folder.split('/').includes('..') || /\p{Cc}/u.test(folder))
    throw bad('says a working directory that is no absolute path');
  return {
    architecture: its,
    os,
    launch: { command, environment: environmentOf(list(config['Env'], 'Env')), workingDirectory: folder },
    diffIds,
    createdBy: history(document['history'], diffIds.length),
  };
}

/**
 * Sees that what is started is there, can be started, and is for this machine.
 *
 * @throws InputError `ENTRYPOINT_MISSING`, `ENTRYPOINT_NOT_EXECUTABLE`, `WRONG_PLATFORM`
 */
export function checkEntrypoint(launch: OciLaunch, tree: ImageTree, architecture: string): void {
  const [program = ''] = launch.command;
  const search = (launch.environment['PATH'] ?? DEFAULT_PATH)
    .split(':')
    .map((folder) => `${folder}/${program}`);
  const places = program.startsWith('/')
    ? [program]
    : program.includes('/')
      ? [`${launch.workingDirectory}/${program}`]
      : search;
  const found = places
    .map((place) => ({ place, node: tree.find(place) }))
    .filter((one): one is { place: string; node: TreeNode } => one.node !== undefined);
  const runnable = found.find(({ node }) => node.kind === 'file' && node.executable);
  if (runnable?.node.kind !== 'file') {
    throw found[0] === undefined
      ? new InputError(
          'ENTRYPOINT_MISSING',
          `the image’s entrypoint ${JSON.stringify(program.slice(0, 160))} is not in the image`,
        )
      : new InputError(
          'ENTRYPOINT_NOT_EXECUTABLE',
          `the image’s entrypoint ${JSON.stringify(found[0].place.slice(0, 160))} cannot be executed: chmod +x it in the Dockerfile`,
        );
  }
  const { head } = runnable.node;
  const interpreter = /^#![ \t]*([^\s\0]+)/.exec(head.toString('latin1'))?.[1];
  if (interpreter !== undefined && tree.find(interpreter)?.kind !== 'file') {
    throw new InputError(
      'ENTRYPOINT_MISSING',
      `the image’s entrypoint is a script for ${JSON.stringify(interpreter.slice(0, 160))}, which is not in the image`,
    );
  }
  const machine = machineOf(head);
  if (machine !== undefined && machine !== architecture)
    throw wrongPlatform(`a program for ${machine}`, `linux/${architecture}`);
}

const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: '386',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
};

function machineOf(head: Buffer): string | undefined {
  if (head.length < 20 || !head.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'))) return undefined;
  const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  return ELF_MACHINES[machine] ?? `machine ${machine}`;
}

function platformOf(value: unknown): string | null {
  const platform = isRecord(value) ? value['platform'] : undefined;
  if (!isRecord(platform)) return null;
  const part = (name: string) => (isText(platform[name]) ? platform[name].slice(0, 40) : 'unknown');
  return `${part('os')}/${part('architecture')}`;
}

function list(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  if (
    !isTexts(value) ||
    value.some((text) => text.includes('\0')) ||
    Buffer.byteLength(value.join('\0')) > TEXT_BYTES
  )
    throw bad(`has a ${name} that is no list of texts of at most ${TEXT_BYTES} bytes`);
  return value;
}

/** `NAME=value` each; where a name is said twice the last holds, as in every container runtime. */
function environmentOf(texts: readonly string[]): Record<string, string> {
  const found = new Map<string, string>();
  for (const text of texts) {
    const [, name = '', value = ''] = /^([^=]*)=([^]*)$/.exec(text) ?? [];
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw bad(`sets a variable that has no name as shells know them: ${JSON.stringify(text.slice(0, 40))}`);
    found.set(name, value);
  }
  if (!found.has('PATH')) found.set('PATH', DEFAULT_PATH);
  return Object.fromEntries(found);
}

/** Steps that made no layer are told in the history as well, and left out here. */
function history(value: unknown, layers: number): (string | null)[] {
  const steps = (Array.isArray(value) ? value : [])
    .filter(isRecord)
    .filter((step) => step['empty_layer'] !== true)
    .map(({ created_by: by }) => (isText(by) ? by.replaceAll(/[^\P{C}]/gu, ' ').slice(0, 300) : null));
  return Array.from({ length: layers }, (_, index) =>
    steps.length === layers ? (steps[index] ?? null) : null,
  );
}

function wrongPlatform(found: string, wanted: string): InputError {
  return new InputError(
    'WRONG_PLATFORM',
    `the image is for ${found}; this machine runs ${wanted}: build it with docker buildx build --platform ${wanted}`,
  );
}

function bad(what: string): InputError {
  return new InputError('BAD_DOCUMENT', `the image’s configuration ${what}`);
}
