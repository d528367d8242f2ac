import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Logger } from 'pino';
import type { Foundation } from '../app.module.js';
import type { Configuration } from '../platform/config/index.js';
import type { ConnectionAddress } from '../platform/database/index.js';

/** What the supervisor tells a power: its own ways in, and nobody else's. */
export interface PowerSettings {
  configuration: Configuration;
  dataFolder: string;
  database: ConnectionAddress;
  jobs: ConnectionAddress;
  /** users that jails may run as; null: found by the launcher itself */
  slots: { first: number; count: number } | null;
  buildDigest: string;
  versions: { arrow: string };
}

/** A power's part of the service, at work. */
export interface Part {
  /** where the API listens; null for the others */
  url: string | null;
  /** the first operator's token, once, where one was issued; null otherwise */
  operatorToken: string | null;
  /** why it takes no jobs although it runs; null: it takes them */
  refusal: string | null;
  /** where runners at tenants' sites are awaited, and what they pin; null where none are */
  gateway: { address: string; fingerprint: string } | null;
  /** ends what takes work from outside; the queue drains after it */
  closeFirst(): Promise<void>;
  /** the service is about to stop: health says so from now on */
  draining(): void;
  /** takes nothing more and finishes what is under way, or gives it back after the grace; asked again, the shorter counts */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

export type StartPart = (foundation: Foundation, settings: PowerSettings, logger: Logger) => Promise<Part>;

/**
 * A part that takes jobs and nothing else.
 *
 * @param takeJobs what it has to drain beside the queue's jobs, and to close once they have ended, if anything
 */
export async function jobsOnly(
  module: DynamicModule,
  takeJobs: (app: INestApplicationContext) => Promise<Partial<Pick<Part, 'drain' | 'close'>> | void>,
): Promise<Part> {
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const taking = await takeJobs(app);
  return {
    url: null,
    operatorToken: null,
    refusal: null,
    gateway: null,
    closeFirst: async () => undefined,
    draining: () => undefined,
    drain: async (graceMs) => taking?.drain?.(graceMs),
    close: async () => {
      await taking?.close?.();
      await app.close();
    },
  };
}

/** A part that could take jobs and must not: it stays, so that everybody hears why. */
export function refusing(refusal: string): Part {
  const nothing = async (): Promise<void> => undefined;
  return {
    url: null,
    operatorToken: null,
    refusal,
    gateway: null,
    closeFirst: nothing,
    draining: () => undefined,
    drain: nothing,
    close: nothing,
  };
}

type JobData = Readonly<Record<string, unknown>>;

/** A job's member that must be text. */
export function text(data: JobData, name: string): string {
  const value = data[name];
  if (typeof value !== 'string') throw new Error(`the job names no ${name}`);
  return value;
}

/** A job's member that must be a number. */
export function whole(data: JobData, name: string): number {
  const value = data[name];
  if (typeof value !== 'number') throw new Error(`the job names no ${name}`);
  return value;
}
