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
 * @param drain finishes what is under way
 * @param onMessage what the supervisor sends
 */
export function enterPower(drain: () => Promise<void>, onMessage?: (message: unknown) => void): PowerProcess {
  let leaving = false;
  const leave = (): void => {
    if (leaving) return;
    leaving = true;
    drain().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(
          `stopping failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        );
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  process.on('disconnect', leave);
  if (onMessage !== undefined) process.on('message', onMessage);
  const send = (message: object): void => {
    if (process.connected) process.send?.(message);
  };
  return { ready: () => send({ type: 'ready' }), send };
}
