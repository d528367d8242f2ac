/** What an image's archive may come to. Everything is counted while it is read, before any of it is written. */
export interface OciLimits {
  layers: number;
  /** entries of all layers together, folders that they take for granted included */
  files: number;
  /** bytes of all files of all layers together, those that later layers hide included */
  bytes: number;
  /** unpacked bytes of a layer for each compressed one, once it is past `ratioFromBytes` */
  ratio: number;
  ratioFromBytes: number;
  /** entries of the archive itself */
  archiveEntries: number;
  /** bytes of a document: index, manifest, configuration */
  documentBytes: number;
  /** bytes of one extended tar header */
  headerBytes: number;
}

const MIB = 1024 * 1024;

export const OCI_LIMITS: OciLimits = {
  layers: 127,
  files: 200_000,
  bytes: 8192 * MIB,
  ratio: 200,
  ratioFromBytes: 64 * MIB,
  archiveEntries: 4096,
  documentBytes: 4 * MIB,
  headerBytes: 64 * 1024,
};

export interface OciLayer {
  /** of the blob, `sha256:` and 64 digits */
  digest: string;
  mediaType: string;
  /** of the blob, compressed as it may be */
  blobBytes: number;
  files: number;
  bytes: number;
  /** the step of the image's history that made it, as the image says; null where it does not */
  createdBy: string | null;
}

/** What looking into an image's archive told. Nothing of it was run. */
export interface OciInspection {
  format: 'oci';
  /** the manifest's digest: what a registry would name the image by */
  imageDigest: string;
  configDigest: string;
  architecture: string;
  os: string;
  entrypoint: string[];
  workingDirectory: string;
  /** names only: values may be secrets */
  environmentNames: string[];
  layers: OciLayer[];
  files: number;
  bytes: number;
  /** entries whose set-user-id, set-group-id or sticky bit means nothing here and is taken off */
  specialBitsRemoved: number;
}

/** How the image is started: said by its configuration, read anew whenever it is unpacked. */
export interface OciLaunch {
  command: string[];
  environment: Record<string, string>;
  workingDirectory: string;
}

export interface CheckedImage {
  inspection: OciInspection;
  launch: OciLaunch;
}

/** Codes by which an archive is refused; what comes out of the checker's jail may name these and no others. */
export const OCI_REFUSALS: readonly string[] = [
  ...['NOT_OCI', 'DOCKER_ARCHIVE', 'NO_IMAGE', 'SEVERAL_IMAGES', 'WRONG_PLATFORM', 'BAD_DOCUMENT'],
  ...['MISSING_BLOB', 'SIZE_MISMATCH', 'DIGEST_MISMATCH'],
  ...['NO_ENTRYPOINT', 'ENTRYPOINT_MISSING', 'ENTRYPOINT_NOT_EXECUTABLE'],
  ...['TOO_MANY_FILES', 'TOO_LARGE', 'TOO_MANY_LAYERS', 'RATIO_BOMB', 'PAX_TOO_LARGE'],
  ...['UNSUPPORTED_LAYER', 'BAD_LAYER', 'BAD_TAR', 'BAD_NAME', 'DUPLICATE_ENTRY', 'AMBIGUOUS_WHITEOUT'],
  ...['PATH_TRAVERSAL', 'SYMLINK_ESCAPES', 'HARD_LINK_ESCAPES', 'HARD_LINK_MISSING'],
  ...['DEVICE_NODE', 'SPARSE_FILE', 'UNSUPPORTED_ENTRY'],
];

/** What the checker in the jail is to do. */
export interface CheckerTask {
  mode: 'inspect' | 'unpack';
  /** in OCI's words: `amd64`, `arm64` */
  architecture: string;
  limits: OciLimits;
}

/** Where things lie in the checker's jail. */
export const CHECKER_PATHS = {
  runtimeFolder: '/runtime',
  node: '/runtime/node',
  checkerFolder: '/checker',
  checker: '/checker/scoring/oci/image.checker.js',
  task: '/input/task.json',
  work: '/work',
  layout: '/work/layout',
  root: '/work/root',
} as const;

/** The name by which umoci finds the one image of the layout that the checker writes. */
export const LAYOUT_TAG = 'image';

/** Folders of the image's root that a jail mounts something on. */
export const MOUNT_POINTS = ['proc', 'dev', 'tmp'];

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** This machine's architecture in OCI's words. */
export function ociArchitecture(): string {
  return ARCHITECTURES[process.arch] ?? process.arch;
}

/** Whether what came out of a jail has the form of an inspection and a launch. */
export function isCheckedImage(value: unknown): value is CheckedImage {
  if (!isRecord(value) || !isOciInspection(value['inspection']) || !isRecord(value['launch'])) return false;
  const { command, environment, workingDirectory } = value['launch'];
  return (
    isTexts(command) &&
    command.length > 0 &&
    isRecord(environment) &&
    Object.values(environment).every(isText) &&
    isText(workingDirectory)
  );
}

export function isOciInspection(value: unknown): value is OciInspection {
  if (!isRecord(value)) return false;
  const digests = [value['imageDigest'], value['configDigest']];
  const texts = [value['architecture'], value['os'], value['workingDirectory']];
  const numbers = [value['files'], value['bytes'], value['specialBitsRemoved']];
  return (
    value['format'] === 'oci' &&
    digests.every(isDigest) &&
    texts.every(isText) &&
    numbers.every(isCount) &&
    isTexts(value['entrypoint']) &&
    isTexts(value['environmentNames']) &&
    Array.isArray(value['layers']) &&
    value['layers'].every(isLayer)
  );
}

function isLayer(value: unknown): value is OciLayer {
  return (
    isRecord(value) &&
    isDigest(value['digest']) &&
    isText(value['mediaType']) &&
    [value['blobBytes'], value['files'], value['bytes']].every(isCount) &&
    (value['createdBy'] === null || isText(value['createdBy']))
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

export function isDigest(value: unknown): value is string {
  return isText(value) && /^sha256:[0-9a-f]{64}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
