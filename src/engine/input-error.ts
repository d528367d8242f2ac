/**
 * Bad input, said in one line: what is wrong and where (file, row, column, option). The command line prints the
 * message as it is and exits 1; the service turns it into a coded error. It never carries a stack trace outward.
 */
export class InputError extends Error {
  /** @param code stable, upper snake case, for example `MISSING_COLUMN` */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'InputError';
  }
}
