import { createLogger } from '../platform/logging/index.js';
import { enterPower, POWERS, type Power } from '../platform/powers/index.js';
import type { PowerSettings } from './part.js';
import { type RunningPower, startPower } from './power.js';

/**
 * The process of one power. It says hello, is told its settings over the channel to its supervisor (so that no
 * password stands in an environment or a command line), and works until the supervisor asks it to stop or is gone.
 */
const name = process.argv[2];
const power = POWERS.find((known) => known === name);
if (power === undefined) throw new Error(`there is no power ${name ?? '(none named)'}`);

let running: Promise<RunningPower> | undefined;

const self = enterPower(
  async (hurry) => {
    await (await running)?.stop(hurry);
  },
  (message) => {
    if (isDraining(message)) void running?.then((power) => power.draining());
    if (running !== undefined || !isSettings(message)) return;
    running = begin(power, message.settings);
    running.catch((error: unknown) => {
      process.stderr.write(
        `${power}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exit(1);
    });
  },
);
self.send({ type: 'hello' });

async function begin(which: Power, settings: PowerSettings): Promise<RunningPower> {
  const logger = createLogger({ level: settings.configuration.logLevel, process: which });
  const started = await startPower(which, settings, logger);
  if (started.operatorToken !== null) self.send({ type: 'operatorToken', secret: started.operatorToken });
  if (started.url !== null) self.send({ type: 'listening', url: started.url });
  if (started.gateway !== null) self.send({ type: 'gateway', ...started.gateway });
  self.ready();
  return started;
}

function isDraining(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && (message as { type?: unknown }).type === 'draining'
  );
}

function isSettings(message: unknown): message is { type: 'settings'; settings: PowerSettings } {
  return (
    typeof message === 'object' && message !== null && (message as { type?: unknown }).type === 'settings'
  );
}
