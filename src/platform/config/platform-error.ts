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

/** What an unknown thrown value says. By its shape: an error of another realm is no instance of our `Error`. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message, code, name } = error as { message?: unknown; code?: unknown; name?: unknown };
  const said = [message, code, name].find((part) => typeof part === 'string' && part !== '');
  return typeof said === 'string' ? said : 'unknown error';
}
