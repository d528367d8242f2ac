import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  parseEnvelope,
  preAuthenticationEncoding,
  sealEnvelope,
  signedBy,
  trustedKey,
  type Signer,
} from './dsse.js';
import { FileSigner } from './file-signer.js';

// RFC 8032, section 7.1, TEST 2: secret key, public key, message 72 and its signature.
const SECRET = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
const PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const privateKey = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${SECRET}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string;
const trusted = trustedKey(publicPem, 'test key');
const signer: Signer = {
  keyId: trusted.keyId,
  publicKeyPem: publicPem,
  sign: (bytes) => Promise.resolve(sign(null, bytes, privateKey)),
};

interface Plain {
  payload: string;
  payloadType: string;
  signatures: { keyid?: string; sig: string }[];
}
const reread = (bytes: Uint8Array): Plain => JSON.parse(Buffer.from(bytes).toString()) as Plain;
const written = (envelope: unknown): Uint8Array => Buffer.from(JSON.stringify(envelope));

describe('DSSE', () => {
  // The example of secure-systems-lab/dsse, protocol.md.
  it('encodes before authentication as the specification’s example', () => {
    const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(Buffer.from(encoded).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes, not characters', () => {
    expect(Buffer.from(preAuthenticationEncoding('é', Buffer.from('€'))).toString()).toBe('DSSEv1 2 é 3 €');
  });

  it('uses the key of RFC 8032 and names it by the digest of its DER', async () => {
    // sha256 of 302a300506032b6570032100 followed by the public key, by sha256sum.
    expect(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('hex')).toBe(
      `302a300506032b6570032100${PUBLIC}`,
    );
    const sig = Buffer.from(await signer.sign(Uint8Array.of(0x72))).toString('hex');
    expect(sig).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
  });

  it('finds the trusted key that signed, among signatures of strangers', async () => {
    const bytes = await sealEnvelope('text/plain', Buffer.from('hello'), signer);
    const envelope = reread(bytes);
    const foreign = { keyid: 'a stranger', sig: Buffer.alloc(64).toString('base64') };
    const both = parseEnvelope(written({ ...envelope, signatures: [foreign, ...envelope.signatures] }), 'it');
    expect(signedBy(both, [trusted])?.keyId).toBe(trusted.keyId);
  });

  it('trusts no other key, and no signature over another type or payload', async () => {
    const envelope = reread(await sealEnvelope('text/plain', Buffer.from('hello'), signer));
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const forms: unknown[] = [
      { ...envelope, payload: Buffer.from('hellp').toString('base64') },
      { ...envelope, payloadType: 'text/html' },
      { ...envelope, signatures: [{ ...envelope.signatures[0], keyid: 'another' }] },
      { ...envelope, signatures: [{ sig: envelope.signatures[0]?.sig }] },
      {
        ...envelope,
        signatures: [{ ...envelope.signatures[0], sig: malleated(envelope.signatures[0]?.sig ?? '') }],
      },
    ];
    expect(signedBy(parseEnvelope(written(envelope), 'it'), [trusted])).not.toBeNull();
    expect(signedBy(parseEnvelope(written(envelope), 'it'), [trustedKey(other, 'other')])).toBeNull();
    expect(signedBy(parseEnvelope(written(envelope), 'it'), [])).toBeNull();
    for (const form of forms) expect(signedBy(parseEnvelope(written(form), 'it'), [trusted])).toBeNull();
  });

  it('stands for every byte of an envelope: whichever bit turns, no trusted signature is left', async () => {
    const sealed = await sealEnvelope('text/plain', Buffer.from('hello'), signer);
    const holds = (bytes: Uint8Array): boolean => {
      try {
        return signedBy(parseEnvelope(bytes, 'it'), [trusted]) !== null;
      } catch {
        return false;
      }
    };
    expect(holds(sealed)).toBe(true);
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const turned = Uint8Array.from(sealed);
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (holds(turned)) throw new Error(`still verifies with bit ${bit} turned`);
    }
  });

  it.each([
    [{ payload: 'aGVsbG8', payloadType: 't', signatures: [{ sig: '' }] }, null],
    [{ payload: 'aGVs bG8=', payloadType: 't', signatures: [{ sig: '' }] }, 'payload is not strict base64'],
    [{ payload: 'aGVsbG9=', payloadType: 't', signatures: [{ sig: '' }] }, 'payload is not strict base64'],
    [{ payload: 'aGVsbG8=', payloadType: 't', signatures: [] }, 'no signature'],
    [{ payload: 'aGVsbG8=', payloadType: 't', signatures: [{}] }, 'sig is missing'],
    [{ payload: 'aGVsbG8=', payloadType: 't', signatures: [null] }, 'sig is missing'],
    [{ payload: 'aGVsbG8=', payloadType: 't', signatures: Array(33).fill({ sig: '' }) }, 'more than 32'],
    [{ payload: 'aGVsbG8=', signatures: [{ sig: '' }] }, 'payloadType is missing'],
    [[], 'a DSSE envelope is a JSON object'],
  ])('parses strictly: %#', (form, why) => {
    if (why === null) expect(parseEnvelope(written(form), 'it').payload).toHaveLength(5);
    else expect(() => parseEnvelope(written(form), 'it')).toThrow(why);
  });

  it('takes public Ed25519 keys only', () => {
    const rsa = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => trustedKey(rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string, 'it')).toThrow(
      'not Ed25519',
    );
    expect(() => trustedKey(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'it')).toThrow(
      'private key',
    );
    expect(() => trustedKey('hello', 'it')).toThrow('not a public key');
    const one = signer.publicKeyPem;
    expect(() => trustedKey(one + one, 'it')).toThrow('more than one key');
  });
});

describe('a signer with its key in a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signer-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const open = (): Promise<FileSigner> =>
    FileSigner.open(path.join(folder, 'ed25519.pem'), path.join(folder, 'keys'));

  it('makes its key once, private, and lays the public half beside', async () => {
    const first = await open();
    const second = await open();
    expect(second.keyId).toBe(first.keyId);
    expect((await stat(path.join(folder, 'ed25519.pem'))).mode & 0o777).toBe(0o600);
    const publicFile = path.join(folder, 'keys', `${first.keyId}.pub`);
    expect((await stat(publicFile)).mode & 0o777).toBe(0o644);
    const pem = await readFile(publicFile, 'utf8');
    expect(trustedKey(pem, 'it').keyId).toBe(first.keyId);
    const sealed = parseEnvelope(await sealEnvelope('t', Buffer.from('x'), second), 'it');
    expect(signedBy(sealed, [trustedKey(pem, 'it')])).not.toBeNull();
    expect((await readdir(folder)).sort()).toEqual(['ed25519.pem', 'keys']);
  });

  it('agrees on one key when several start at once', async () => {
    const ids = (await Promise.all([open(), open(), open(), open()])).map(({ keyId }) => keyId);
    expect(new Set(ids).size).toBe(1);
  });

  it('refuses a key that others can read, a link and what is no key', async () => {
    const file = path.join(folder, 'ed25519.pem');
    await open();
    await chmod(file, 0o640);
    await expect(open()).rejects.toThrow('mode 640');
    await rm(file);
    await writeFile(path.join(folder, 'elsewhere'), '', { mode: 0o600 });
    await symlink(path.join(folder, 'elsewhere'), file);
    await expect(open()).rejects.toThrow('symbolic link');
    await rm(file);
    await writeFile(file, 'not a key', { mode: 0o600 });
    await expect(open()).rejects.toThrow('not a private key');
  });
});

/** The other form of an Ed25519 signature, S plus the group order: the same equation, other bytes. */
function malleated(base64: string): string {
  const sig = Buffer.from(base64, 'base64');
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  let s = BigInt(`0x${Buffer.from(sig.subarray(32)).reverse().toString('hex')}`) + order;
  for (let at = 32; at < 64; at++, s >>= 8n) sig[at] = Number(s & 255n);
  return sig.toString('base64');
}
