import { type Readable, Transform } from 'node:stream';

/** Bytes that stdout and stderr may still carry together. */
export interface OutputBudget {
  left: number;
  onExceeded: () => void;
}

/**
 * Passes a jail's output on up to the budget and not a byte more; the first byte past it raises the alarm.
 *
 * @param source a pipe whose other end belongs to the jail: it ends when the jail's last process does
 * @param onBytes told of everything that passes
 */
export function capped(source: Readable, budget: OutputBudget, onBytes?: (bytes: Buffer) => void): Readable {
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const passing = chunk.length <= budget.left ? chunk : chunk.subarray(0, budget.left);
      budget.left -= passing.length;
      if (passing.length < chunk.length) budget.onExceeded();
      if (passing.length > 0) onBytes?.(passing);
      done(null, passing.length > 0 ? passing : undefined);
    },
    destroy(error, done) {
      source.destroy();
      done(error);
    },
  });
  source.on('error', () => cap.end());
  return source.pipe(cap);
}
