import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { keyIdOf, type Signer } from './dsse.js';

/**
 * Signs with an Ed25519 key in a file (PKCS#8 PEM, 0600), made at the first start. The public half is laid into
 * `publicKeys` as `<keyId>.pub` (SPKI PEM, 0644), where `sandbox verify` looks.
 */
export class FileSigner implements Signer {
  private constructor(
    readonly keyId: string,
    readonly publicKeyPem: string,
    private readonly privateKey: KeyObject,
  ) {}

  /**
   * @param privateKeyPath the key's file; its folder must exist and belong to the signer alone
   * @param publicKeys folder of public keys, made when absent
   * @throws InputError UNSAFE_KEY when others can read the key or it is another user's; NOT_A_KEY when it is no Ed25519 key
   */
  static async open(privateKeyPath: string, publicKeys: string): Promise<FileSigner> {
    let pem = await readPrivateKey(privateKeyPath);
    if (pem === null) {
      await createPrivateKeyFile(privateKeyPath);
      pem = await readPrivateKey(privateKeyPath);
    }
    let privateKey: KeyObject;
    try {
      privateKey = createPrivateKey({ key: pem ?? '', format: 'pem' });
    } catch {
      throw new InputError('NOT_A_KEY', `signing key ${privateKeyPath}: not a private key in PEM`);
    }
    if (privateKey.asymmetricKeyType !== 'ed25519')
      throw new InputError('NOT_A_KEY', `signing key ${privateKeyPath}: not an Ed25519 key`);
    const publicKey = createPublicKey(privateKey);
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const signer = new FileSigner(keyIdOf(publicKey), publicKeyPem, privateKey);
    await publish(publicKeys, `${signer.keyId}.pub`, publicKeyPem);
    return signer;
  }

  sign(bytes: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(sign(null, bytes, this.privateKey));
  }
}

/** Null when absent. Owner and mode are those of the opened file, so that it cannot be exchanged in between. */
async function readPrivateKey(file: string): Promise<string | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw new InputError('UNSAFE_KEY', `signing key ${file}: is a symbolic link`);
    throw new InputError('UNSAFE_KEY', `signing key ${file}: cannot be read (${code ?? 'unknown error'})`);
  }
  try {
    const { mode, uid } = await handle.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG)
      throw new InputError('UNSAFE_KEY', `signing key ${file}: is not a regular file`);
    if ((mode & 0o077) !== 0)
      throw new InputError(
        'UNSAFE_KEY',
        `signing key ${file}: mode ${(mode & 0o777).toString(8)} lets others at it; 600 is wanted`,
      );
    if (uid !== process.geteuid?.())
      throw new InputError('UNSAFE_KEY', `signing key ${file}: belongs to uid ${uid}, not to the signer`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** Whole or not at all; when two start at once, `link` lets one key win and both use it. */
async function createPrivateKeyFile(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const temporary = await writeSynced(path.dirname(file), pem, 0o600);
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(path.dirname(file));
}

async function publish(folder: string, name: string, pem: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const target = path.join(folder, name);
  try {
    const handle = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW);
    const current = await handle.readFile('utf8').finally(() => handle.close());
    if (current === pem) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await rename(await writeSynced(folder, pem, 0o644), target);
  await syncFolder(folder);
}

async function writeSynced(folder: string, text: string, mode: number): Promise<string> {
  const temporary = path.join(folder, `.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  await handle.sync().finally(() => handle.close());
}
