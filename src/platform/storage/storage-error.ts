/**
 * Why an object was not taken or is not given. `TRUNCATED`: the sender broke off, or sent less than announced;
 * `ABORTED`: the receiver gave the upload up; `CORRUPT`: the bytes on disk are no longer those of the name;
 * `STORE_FAULT`: the disk's fault, nobody's input.
 */
export type StorageErrorCode =
  | 'TOO_LARGE'
  | 'TRUNCATED'
  | 'DIGEST_MISMATCH'
  | 'ABORTED'
  | 'NOT_FOUND'
  | 'CORRUPT'
  | 'DIGEST_INVALID'
  | 'STORE_FAULT';

/** A failure of the store, for the caller to turn into its own answer; nothing is left half-written. */
export class StorageError extends Error {
  constructor(
    readonly code: StorageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StorageError';
  }
}
