/** The supervisor's side of a power's own process. */
export interface PowerProcess {
  /** tells the supervisor that the power does its work now */
  ready(): void;
  send(message: object): void;
}

/**
 * Called once by a power's entry. When the supervisor asks the power to stop, or is gone, `drain` runs and the process
 * ends: a power without its supervisor would hold locks and serve nobody.
 *
 * @param drain finishes what is under way; told to hurry, by a second SIGTERM or because the supervisor is gone, it gives
 *   back what it can and ends
 * @param onMessage what the supervisor sends
 */
export function enterPower(
  drain: (hurry: boolean) => Promise<void>,
  onMessage?: (message: unknown) => void,
): PowerProcess {
  let leaving = false;
  const leave = (hurry: boolean): void => {
    if (leaving) {
      // Whoever waits for the first request hears of a failure.
      if (hurry) drain(true).catch(() => undefined);
      return;
    }
    leaving = true;
    drain(hurry).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(
          `stopping failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        );
        process.exit(1);
      },
    );
  };
  let asked = 0;
  process.on('SIGTERM', () => leave(++asked > 1));
  // Ctrl-C reaches every process of a terminal: it is the supervisor who says when it was meant twice.
  process.on('SIGINT', () => leave(false));
  process.on('disconnect', () => leave(true));
  if (onMessage !== undefined) process.on('message', onMessage);
  const send = (message: object): void => {
    if (process.connected) process.send?.(message);
  };
  return { ready: () => send({ type: 'ready' }), send };
}
