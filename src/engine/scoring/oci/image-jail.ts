import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compiled } from '../../compiled.js';
import {
  type Filling,
  type JailHost,
  type JailOutcome,
  jailProfile,
  type JailProfile,
  stage,
  startJail,
} from '../../isolation/index.js';
import { onnxRuntime } from '../onnx-runtime.js';
import { ScoringError, scoringError } from '../scoring-error.js';
import {
  CHECKER_PATHS,
  type CheckedImage,
  type CheckerTask,
  isCheckedImage,
  isRecord,
  LAYOUT_TAG,
  OCI_LIMITS,
  OCI_REFUSALS,
  type OciInspection,
  ociArchitecture,
  type OciLimits,
} from './oci-image.js';

/** The compiled files the checker consists of. */
const CHECKER_FILES = [
  'image.checker.js',
  'image-check.js',
  'image-archive.js',
  'image-config.js',
  'image-layout.js',
  'image-tree.js',
  'oci-image.js',
  'byte-source.js',
  'tar-reader.js',
  'tar-writer.js',
];

const UMOCI = ['/usr/bin/umoci', '/usr/local/bin/umoci'];

/** Debian's tool that unpacks images, where this machine has it. */
export function umoci(): string | undefined {
  return UMOCI.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Looks into an OCI archive inside a jail, without unpacking it: nothing of ours parses hostile bytes outside one.
 *
 * @param archive path of the archive, whatever its size; the jail gets it open for reading, as a file
 * @throws ScoringError with a code of `OCI_REFUSALS`, or a limit, …
 */
export async function inspectImage(
  archive: string,
  host: JailHost,
  limits: Partial<OciLimits> = {},
): Promise<OciInspection> {
  const filling = await checkerFilling(host, { mode: 'inspect', ...task(limits) });
  const profile = jailProfile('imageInspection', filling, {}, { stdinFile: archive });
  const args = ['--no-warnings', CHECKER_PATHS.checker];
  const { image } = await check(host, profile, { program: CHECKER_PATHS.node, args });
  return image.inspection;
}

/**
 * Unpacks an OCI archive into an empty folder of ours, all within one jail: what is checked is written anew as a plain
 * layout, and umoci makes a root folder of that. Nothing is believed of an earlier look.
 *
 * @returns the image, and the size that its files may come to; the root is `root` in the folder
 * @throws ScoringError as `inspectImage` does; `JAIL_FAULT` where umoci fails on what we wrote, or the disk is full
 */
export async function unpackImage(
  archive: string,
  folder: string,
  host: JailHost,
  limits: Partial<OciLimits> = {},
): Promise<CheckedImage> {
  const tool = umoci();
  if (tool === undefined) throw new Error(NO_UMOCI);
  const wanted = task(limits);
  const profile = jailProfile(
    'unpack',
    { ...(await checkerFilling(host, { mode: 'unpack', ...wanted })), [CHECKER_PATHS.work]: folder },
    { fileBytes: 2 * wanted.limits.bytes },
    { stdinFile: archive },
  );
  const { image, outcome } = await check(host, profile, { program: '/bin/sh', args: ['-c', UNPACK, tool] });
  if (outcome.kind !== 'completed') {
    const reason = outcome.kind === 'crashed' ? `umoci failed: ${outcome.stderrTail.trim()}` : outcome.kind;
    throw new ScoringError('JAIL_FAULT', `the image could not be unpacked: ${reason}`, 'platform', outcome);
  }
  return image;
}

export const NO_UMOCI = 'OCI images need umoci, which is not installed here: install the package umoci';

/** The layout goes as soon as it is not needed: an image takes twice its room for no longer than it must. */
const { node, checker, layout, root } = CHECKER_PATHS;
const UNPACK = `${node} --no-warnings ${checker} || exit; "$0" raw unpack --rootless --image ${layout}:${LAYOUT_TAG} ${root} >&2 || exit 4; rm -rf ${layout}`;
const EXIT_OF_REFUSAL = 3;

function task(limits: Partial<OciLimits>): { architecture: string; limits: OciLimits } {
  return { architecture: ociArchitecture(), limits: { ...OCI_LIMITS, ...limits } };
}

async function checkerFilling(host: JailHost, wanted: CheckerTask): Promise<Filling<'imageInspection'>> {
  const { runtime } = await onnxRuntime(host);
  const here = (file: string) => fileURLToPath(compiled(import.meta.url, `./${file}`));
  const staged = await stage(host.directory, 'image-checker', {
    ...Object.fromEntries(CHECKER_FILES.map((file) => [`scoring/oci/${file}`, here(file)])),
    'input-error.js': here('../../input-error.js'),
    'package.json': fileURLToPath(compiled(import.meta.url, '../../../../package.json')),
  });
  return {
    [CHECKER_PATHS.runtimeFolder]: runtime,
    [CHECKER_PATHS.checkerFolder]: staged.path,
    [CHECKER_PATHS.task]: new TextEncoder().encode(JSON.stringify(wanted)),
  };
}

/** What comes back was computed in the jail, so it is checked for its form and never trusted for more. */
async function check(
  host: JailHost,
  profile: JailProfile,
  command: { program: string; args: string[] },
): Promise<{ image: CheckedImage; outcome: JailOutcome }> {
  const running = startJail(host, profile, command);
  running.stderr.resume();
  const chunks: Buffer[] = [];
  for await (const chunk of running.stdout) chunks.push(chunk as Buffer);
  const outcome = await running.outcome;
  const refusing = outcome.kind === 'crashed' && outcome.exitCode === EXIT_OF_REFUSAL;
  const result = parse(Buffer.concat(chunks).toString('utf8'));
  if (refusing && isRefusal(result))
    throw new ScoringError(result.refused.code, result.refused.message, 'model', outcome);
  if (isCheckedImage(result) && !refusing) return { image: result, outcome };
  throw scoringError(outcome, { code: 'INSPECTION_FAILED', message: 'the inspection gave no result' });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRefusal(value: unknown): value is { refused: { code: string; message: string } } {
  if (!isRecord(value) || !isRecord(value['refused'])) return false;
  const { code, message } = value['refused'];
  return (
    typeof code === 'string' &&
    OCI_REFUSALS.includes(code) &&
    typeof message === 'string' &&
    message.length < 1000
  );
}
