import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../config/configuration.js';

export interface LoggerOptions {
  level: LogLevel;
  /** What of the service writes, for example `api` or `evaluator`. */
  process: string;
  /** Where lines go. Default standard error: standard output is for results. */
  destination?: DestinationStream;
  /** One readable line instead of JSON. Default when standard error is a terminal. */
  readable?: boolean;
}

const context = new AsyncLocalStorage<Readonly<Record<string, string>>>();

/** Members that hold secrets wherever they stand, in the spelling of headers, of our code and of environments. */
const SECRETS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'secret',
  'apikey',
  'privatekey',
  'databaseurl',
  'uploadurl',
];
const REDACTED = '[redacted]';

/** Shapes of secrets inside texts: bearer tokens, our own API tokens, and passwords in addresses. */
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/\bsbx_[\w-]{6,}/g, REDACTED],
  [/(\/\/[^\s/:@]+:)[^\s/@]+@/g, `$1${REDACTED}@`],
  [/(\/uploads\/)[\w-]{16,}/g, `$1${REDACTED}`],
];

/**
 * A logger that writes a JSON object a line: a tenant's line break or escape sequence can forge no line and
 * reach no terminal. Lines within `withLogContext` carry its members, the request's id among them.
 */
export function createLogger(options: LoggerOptions): Logger {
  const readable = options.readable ?? (options.destination === undefined && process.stderr.isTTY);
  const sink = options.destination ?? { write: (line: string): boolean => process.stderr.write(line) };
  return pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...context.getStore() }),
    },
    {
      // Here everything has come together: what was logged, what serializers made of it, and its context.
      write(line: string) {
        const safe = redact(JSON.parse(line)) as Record<string, unknown>;
        sink.write(readable ? readableLine(safe) : `${escaped(safe)}\n`);
      },
    },
  );
}

/** Runs `work` so that every line that it, and what it awaits, writes carries `members`. */
export function withLogContext<T>(members: Readonly<Record<string, string>>, work: () => T): T {
  return context.run({ ...context.getStore(), ...members }, work);
}

/**
 * The id of a request, for Fastify's `genReqId`: the caller's own where it is plain (`x-request-id`), so that a
 * request can be followed across services, otherwise a new one.
 */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
}

function isSecret(name: string): boolean {
  const plain = name.toLowerCase().replaceAll('_', '');
  return SECRETS.some((secret) => plain.endsWith(secret));
}

function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(redact);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecret(name) && member !== null ? REDACTED : redact(member),
    ]),
  );
}

function redactText(text: string): string {
  return SECRET_TEXT.reduce((safe, [pattern, instead]) => safe.replace(pattern, instead), text);
}

/**
 * JSON leaves DEL, the C1 control characters (a terminal may obey them) and those that turn text around as they
 * are; as escapes they mean the same.
 */
function escaped(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** For a person at a terminal; still one line an event, and what JSON escapes stays escaped. */
function readableLine(line: Record<string, unknown>): string {
  const { time, level, msg, pid, process: name, ...rest } = line;
  const details = Object.keys(rest).length === 0 ? '' : ` ${escaped(rest)}`;
  const said = escaped(msg ?? '').slice(1, -1);
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(name)}[${String(pid)}] ${said}${details}\n`;
}
