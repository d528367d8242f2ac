/**
 * What the platform cannot do, said so that the person who runs it can act: one line a problem, no stack trace
 * needed. The command line prints the message as it is and exits 1.
 */
export class PlatformError extends Error {
  /** @param code stable, upper snake case, for example `DATABASE_UNREACHABLE` */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PlatformError';
  }
}
