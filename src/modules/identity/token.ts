import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'sbx_';

/** A bearer token as it is shown once, and what is stored of it. */
export interface NewToken {
  /** `sbx_` and 43 characters of base64url: 256 random bits */
  plain: string;
  /** the first characters, by which its owner knows it again */
  prefix: string;
  /** SHA-256; a slow hash has no use where the secret is 256 random bits */
  hash: Buffer;
}

export function newToken(): NewToken {
  const plain = PREFIX + randomBytes(32).toString('base64url');
  return { plain, prefix: plain.slice(0, PREFIX.length + 6), hash: hashToken(plain) };
}

export function hashToken(plain: string): Buffer {
  return createHash('sha256').update(plain).digest();
}

/** The token of an `Authorization` header; null when the header has another form. */
export function bearerToken(authorization: string): string | null {
  return /^Bearer (sbx_[A-Za-z0-9_-]{43})$/i.exec(authorization)?.[1] ?? null;
}
