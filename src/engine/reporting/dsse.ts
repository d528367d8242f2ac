import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { InputError } from '../input-error.js';
import { canonicalJson } from './canonical-json.js';
import { isObject, parseStrictJson } from './strict-json.js';

/** Dead Simple Signing Envelope, version 1 (secure-systems-lab/dsse, protocol.md and envelope.md). */
export interface Envelope {
  payloadType: string;
  payload: Uint8Array;
  signatures: readonly EnvelopeSignature[];
}
export interface EnvelopeSignature {
  /** by whom; never a reason to trust. Null where the envelope leaves it out. */
  keyid: string | null;
  sig: Uint8Array;
}

/** What signs: a file now, a hardware module behind PKCS#11 later. */
export interface Signer {
  /** SHA-256 over the public key's DER (SubjectPublicKeyInfo), in hexadecimal */
  readonly keyId: string;
  readonly publicKeyPem: string;
  /** @returns the 64 bytes of an Ed25519 signature over exactly these bytes */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

export interface TrustedKey {
  keyId: string;
  key: KeyObject;
}

/** A report with its whole plan and measurement takes well under a megabyte; far more is somebody's attack. */
export const MAX_ENVELOPE_BYTES = 64 * 1024 * 1024;
const MAX_SIGNATURES = 32;
const SIGNATURE_BYTES = 64;

/** Pre-authentication encoding: what is signed in the payload's stead. Lengths count bytes. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `, 'ascii'),
    type,
    Buffer.from(` ${payload.length} `, 'ascii'),
    payload,
  ]);
}

/** Signs a payload. The envelope is canonical JSON, so sealing the same payload by the same key gives the same bytes. */
export async function sealEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signer: Signer,
): Promise<Uint8Array> {
  const sig = await signer.sign(preAuthenticationEncoding(payloadType, payload));
  return canonicalJson({
    payload: Buffer.from(payload).toString('base64'),
    payloadType,
    signatures: [{ keyid: signer.keyId, sig: Buffer.from(sig).toString('base64') }],
  });
}

/** @throws InputError NOT_AN_ENVELOPE (or NOT_JSON) naming `what` */
export function parseEnvelope(bytes: Uint8Array, what: string): Envelope {
  const refuse = (why: string): never => {
    throw new InputError('NOT_AN_ENVELOPE', `${what}: ${why}`);
  };
  if (bytes.length > MAX_ENVELOPE_BYTES) refuse(`larger than ${MAX_ENVELOPE_BYTES} bytes`);
  const value = parseStrictJson(bytes, what);
  if (!isObject(value)) return refuse('a DSSE envelope is a JSON object');
  const { payloadType, payload, signatures } = value;
  if (typeof payloadType !== 'string') return refuse('payloadType is missing');
  if (typeof payload !== 'string') return refuse('payload is missing');
  if (!Array.isArray(signatures) || signatures.length === 0) return refuse('it carries no signature');
  if (signatures.length > MAX_SIGNATURES) return refuse(`it carries more than ${MAX_SIGNATURES} signatures`);
  return {
    payloadType,
    payload: decodeBase64(payload) ?? refuse('payload is not strict base64'),
    signatures: signatures.map((entry: unknown, index) => {
      const { keyid, sig } = (entry ?? {}) as { keyid?: unknown; sig?: unknown };
      if (keyid != null && typeof keyid !== 'string') refuse(`signature ${index + 1}: keyid is not text`);
      if (typeof sig !== 'string') return refuse(`signature ${index + 1}: sig is missing`);
      return {
        keyid: typeof keyid === 'string' && keyid !== '' ? keyid : null,
        sig: decodeBase64(sig) ?? refuse(`signature ${index + 1}: sig is not strict base64`),
      };
    }),
  };
}

/**
 * The trusted key that signed, or null. A signature must name its key, as ours do (DSSE leaves that open), so that no byte
 * of an envelope can change unseen; the name only narrows the search. As DSSE asks, signatures that do not verify are
 * passed over: anybody can append one. Ed25519 in OpenSSL refuses the malleable form (S not below the group order).
 */
export function signedBy(envelope: Envelope, trusted: readonly TrustedKey[]): TrustedKey | null {
  const message = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  for (const { keyid, sig } of envelope.signatures) {
    if (sig.length !== SIGNATURE_BYTES) continue;
    for (const candidate of trusted) {
      if (keyid !== candidate.keyId) continue;
      if (verify(null, message, candidate.key, sig)) return candidate;
    }
  }
  return null;
}

/**
 * A public key to trust, from SPKI PEM.
 *
 * @throws InputError NOT_A_KEY; a private key is refused too, since it does not belong where public keys are read
 */
export function trustedKey(pem: string, what: string): TrustedKey {
  const refuse = (why: string): never => {
    throw new InputError('NOT_A_KEY', `${what}: ${why}`);
  };
  if (pem.includes('PRIVATE KEY')) refuse('holds a private key; a public key is wanted');
  if (!/^-----BEGIN PUBLIC KEY-----\s/.test(pem.trimStart())) refuse('not a public key in PEM');
  if (pem.split('-----BEGIN ').length > 2) refuse('holds more than one key');
  let key: KeyObject | undefined;
  try {
    key = createPublicKey({ key: pem, format: 'pem' });
  } catch {
    return refuse('not a public key in PEM');
  }
  if (key.asymmetricKeyType !== 'ed25519')
    refuse(`the key is ${key.asymmetricKeyType ?? 'of no known type'}, not Ed25519`);
  return { keyId: keyIdOf(key), key };
}

/** SHA-256 over the public key's DER (SubjectPublicKeyInfo). */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/**
 * Standard or URL-safe alphabet (DSSE: verifiers accept either), padded, nothing else: Node's own decoder skips what it
 * does not know, so two different texts would pass as one payload.
 */
function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  const standard = bytes.toString('base64');
  if (text === standard) return bytes;
  const urlSafe = standard.replaceAll('+', '-').replaceAll('/', '_');
  return text === urlSafe || text === urlSafe.replace(/=+$/, '') ? bytes : null;
}
