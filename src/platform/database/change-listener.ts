import pg from 'pg';
import type { Logger } from 'pino';
import type { ConnectionAddress } from './connection.js';

type Receive = (payload: string) => void;

const PAUSE_MS = 1_000;

/**
 * One connection that LISTENs, and comes back after PostgreSQL was away. What was told meanwhile is lost, as NOTIFY
 * has it: listeners treat a message as "look again", never as the news itself, and are told when to look at everything.
 */
export class ChangeListener {
  private client: pg.Client | undefined;
  private readonly receivers = new Map<string, Receive>();
  private readonly missed: (() => void)[] = [];
  private closed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly address: ConnectionAddress,
    private readonly logger: Logger,
  ) {}

  async listen(channel: string, receive: Receive): Promise<void> {
    this.receivers.set(channel, receive);
    if (this.client === undefined) await this.connect();
    else await this.client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
  }

  /** @param look called each time that the connection is back: anything may have been told meanwhile */
  onReturn(look: () => void): void {
    this.missed.push(look);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({ ...this.address, application_name: 'sandbox listener' });
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('the connection ended')));
    client.on('notification', ({ channel, payload }) => this.receivers.get(channel)?.(payload ?? ''));
    await client.connect();
    for (const channel of this.receivers.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    this.client = client;
  }

  private lost(client: pg.Client, error: Error): void {
    if (this.closed || (this.client !== undefined && this.client !== client)) return;
    this.client = undefined;
    this.logger.warn({ err: error }, 'listening connection lost; coming back');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.connect()
        .then(() => this.missed.forEach((look) => look()))
        .catch((again: unknown) =>
          this.lost(client, again instanceof Error ? again : new Error(String(again))),
        );
    }, PAUSE_MS);
  }
}
