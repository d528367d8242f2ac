import { Command } from 'commander';
import { constants } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../engine/input-error.js';
import {
  digest,
  MAX_ENVELOPE_BYTES,
  trustedKey,
  verifyEnvelope,
  type Check,
  type TrustedKey,
} from '../engine/reporting/index.js';
import { printable } from './printable.js';
import { verifyAuditExport } from './verify-audit.js';

interface Options {
  key?: string;
  data?: string;
  json?: boolean;
}

export interface Outcome {
  kind: 'report' | 'audit';
  verified: boolean;
  checks: readonly Check[];
  keyId?: string | null;
  reportSha256?: string | null;
}

export const command = new Command('verify')
  .argument(
    '<file>',
    'a sealed report (.dsse.json), the report.json beside one, or an audit export (JSON lines)',
  )
  .option('--key <file>', 'public key to trust, SPKI PEM; no other is trusted then')
  .option('--data <dir>', 'data folder whose keys/*.pub are trusted (SANDBOX_DATA, .data)')
  .option('--json', 'print the checks as JSON')
  .action(async (file: string, options: Options) => {
    const outcome = await verifyFile(file, options);
    if (options.json === true) process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
    else print(outcome);
    const failed = outcome.checks.find(({ ok }) => !ok);
    if (!outcome.verified)
      throw new InputError(
        'NOT_VERIFIED',
        printable(
          `${file}: not verified: ${failed === undefined ? 'not every check could be made' : `${failed.name}: ${failed.sentence}`}`,
        ),
      );
  });

async function verifyFile(file: string, options: Options): Promise<Outcome> {
  const sealed = await envelopeOf(file);
  const bytes = await readCapped(sealed.envelope);
  if (looksLikeAuditExport(bytes)) return { kind: 'audit', ...verifyAuditExport(bytes, sealed.envelope) };
  const trusted = await trustedKeys(options);
  const result = verifyEnvelope(bytes, trusted, sealed.envelope);
  const checks = [...result.checks];
  if (sealed.report !== null && result.reportSha256 !== null) {
    const beside = digest(await readCapped(sealed.report));
    const ok = beside === result.reportSha256;
    checks.push({
      name: 'file',
      ok,
      sentence: ok
        ? `${sealed.report} is the report that was sealed, byte for byte.`
        : `${sealed.report} has SHA-256 ${beside}, but ${result.reportSha256} was sealed.`,
    });
  }
  return {
    kind: 'report',
    verified: result.verified && checks.every(({ ok }) => ok),
    checks,
    keyId: result.keyId,
    reportSha256: result.reportSha256,
  };
}

/** The envelope that speaks of a file, and the report beside it: `x.dsse.json` seals `x.json`. */
async function envelopeOf(file: string): Promise<{ envelope: string; report: string | null }> {
  const folder = path.dirname(file);
  const name = path.basename(file);
  const exists = async (candidate: string): Promise<boolean> =>
    stat(candidate).then(
      (found) => found.isFile(),
      () => false,
    );
  if (name.endsWith('.dsse.json') || name === 'dsse.json') {
    const stem = name === 'dsse.json' ? 'report' : name.slice(0, -'.dsse.json'.length);
    for (const candidate of [`${stem === '' ? 'report' : stem}.json`, 'report.json'])
      if (await exists(path.join(folder, candidate)))
        return { envelope: file, report: path.join(folder, candidate) };
    return { envelope: file, report: null };
  }
  if (name.endsWith('.json') && (await exists(file)) && (await isReport(file))) {
    const stem = name.slice(0, -'.json'.length);
    for (const candidate of [`${stem}.dsse.json`, '.dsse.json'])
      if (await exists(path.join(folder, candidate)))
        return { envelope: path.join(folder, candidate), report: file };
    throw new InputError(
      'NO_ENVELOPE',
      `${file}: a report without its envelope: ${stem}.dsse.json does not lie beside it`,
    );
  }
  return { envelope: file, report: null };
}

/** A report and not an envelope, as far as one must know to look for the envelope beside it. */
async function isReport(file: string): Promise<boolean> {
  try {
    const value: unknown = JSON.parse(Buffer.from(await readCapped(file)).toString('utf8'));
    return typeof value === 'object' && value !== null && 'schema' in value && !('payload' in value);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** JSON lines of events open with a `sequence`; an envelope is one object with a payload. */
function looksLikeAuditExport(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(0x0a);
  const first = Buffer.from(bytes.subarray(0, end === -1 ? bytes.length : end)).toString('utf8');
  try {
    const value: unknown = JSON.parse(first);
    return typeof value === 'object' && value !== null && 'sequence' in value;
  } catch {
    return false;
  }
}

async function trustedKeys(options: Options): Promise<TrustedKey[]> {
  if (options.key !== undefined) return [trustedKey(await readKey(options.key), options.key)];
  const folder = path.join(options.data ?? (await configuredData()), 'keys');
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.pub')).sort();
  } catch (error) {
    throw new InputError(
      'NO_KEYS',
      `${folder}: no public keys there (${errorCode(error)}); name one with --key`,
    );
  }
  if (names.length === 0)
    throw new InputError('NO_KEYS', `${folder}: no public keys (*.pub) there; name one with --key`);
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const key = trustedKey(await readKey(file), file);
      if (name !== `${key.keyId}.pub`)
        throw new InputError('NOT_A_KEY', `${file}: the key in it is ${key.keyId}, not what the name says`);
      return key;
    }),
  );
}

async function readKey(file: string): Promise<string> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new InputError('NO_KEYS', `${file}: not a regular file`);
    if (found.size > 65_536) throw new InputError('NOT_A_KEY', `${file}: too large for a public key`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('NO_KEYS', `${file}: cannot be read (${errorCode(error)})`);
  }
}

/** Reads a regular file up to the size of an envelope; a device or a pipe could give bytes for ever. */
async function readCapped(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new InputError('UNREADABLE', `${file}: not a regular file`);
      if (found.size > MAX_ENVELOPE_BYTES)
        throw new InputError(
          'TOO_LARGE',
          `${file}: ${found.size} bytes, at most ${MAX_ENVELOPE_BYTES} are read`,
        );
      if (found.size === 0) throw new InputError('EMPTY', `${file}: empty`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('UNREADABLE', `${file}: cannot be read (${errorCode(error)})`);
  }
}

/** The data folder as the service has it; only asked for, and its libraries loaded, where nothing else was said. */
async function configuredData(): Promise<string> {
  const { ConfigurationError, loadConfiguration } = await import('../platform/config/index.js');
  try {
    return loadConfiguration().data;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new InputError('BAD_CONFIGURATION', error.message.replaceAll(/\s*\n\s*/g, '; '));
  }
}

function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function print({ verified, checks }: Outcome): void {
  for (const { name, ok, sentence } of checks)
    process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(12)}  ${printable(sentence)}\n`);
  if (verified) process.stdout.write('Verified.\n');
}
