// The library finds its parts by decorators, which need this first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { createHash, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';

/** A private key and a certificate that it signed itself, both PEM. */
export interface SelfSigned {
  key: string;
  certificate: string;
  /** SHA-256 of the certificate's DER, 64 lower-case hexadecimal digits: what the other side pins */
  fingerprint: string;
  notAfter: Date;
}

/** Every TLS library and most key stores know it; Ed25519 is still refused by some that stand in between. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Clocks of two machines differ. */
const CLOCK_SKEW_MS = 3_600_000;

/**
 * Makes an ECDSA P-256 key and a self-signed certificate for it. `@peculiar/x509` writes the certificate: Node can read
 * certificates but makes none, and the machine at a tenant's site need not have OpenSSL's program.
 *
 * @param name goes into the subject, for people
 */
export async function makeSelfSigned(name: string, days: number, now = new Date()): Promise<SelfSigned> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // A positive number of 127 bits, as RFC 5280 would have it.
      serialNumber: `4${randomBytes(16).toString('hex').slice(1)}`,
      name: [{ CN: [name] }],
      notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
      notAfter: new Date(now.getTime() + days * 86_400_000),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.clientAuth,
          x509.ExtendedKeyUsage.serverAuth,
        ]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${(pkcs8.match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
  const pem = `${certificate.toString('pem').trim()}\n`;
  return { key, certificate: pem, fingerprint: fingerprintOf(pem), notAfter: certificate.notAfter };
}

/** @param certificate PEM or DER */
export function fingerprintOf(certificate: string | Uint8Array): string {
  const { raw } = new X509Certificate(certificate);
  return createHash('sha256').update(raw).digest('hex');
}

/**
 * The key and certificate kept in one file, mode 0600: made once and never renewed by itself, since the other side has
 * pinned it; who removes the file gets another at the next start. Of several processes the first wins, so that all have
 * the same.
 */
export async function keptSelfSigned(path: string, name: string, days: number): Promise<SelfSigned> {
  const before = await read(path);
  if (before !== null) return before;
  const made = await makeSelfSigned(name, days);
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(made.certificate + made.key);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const kept = await read(path);
  if (kept === null) throw new Error(`the certificate at ${path} vanished`);
  return kept;
}

async function read(path: string): Promise<SelfSigned | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const at = text.indexOf('-----BEGIN PRIVATE KEY-----');
  const certificate = text.slice(0, at);
  return {
    key: text.slice(at),
    certificate,
    fingerprint: fingerprintOf(certificate),
    notAfter: new Date(new X509Certificate(certificate).validTo),
  };
}
