import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeFrom } from './arguments.js';
import { availableParallelism } from 'node:os';
import { generateDataset, parseParameters, PRESETS } from '../engine/synthesis/index.js';

interface Options {
  rows: number;
  seed: string;
  threads: number;
  set?: Record<string, string>;
  out: string;
  force?: boolean;
  json?: boolean;
}

function assignment(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give key=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function presetHelp(): string {
  const lines = ['', 'Presets and their parameters:'];
  for (const preset of Object.values(PRESETS)) {
    lines.push('', `  ${preset.name}: ${preset.title}`, `    ${preset.description}`);
    for (const p of preset.parameters)
      lines.push(
        `    ${p.name}=${p.default}  (${p.type === 'choice' ? p.choices.join(', ') : `${p.minimum} to ${p.maximum}${p.type === 'series' ? ', or one a month: a/b/c' : ''}`})  ${p.description}`,
      );
  }
  return lines.join('\n');
}

export const command = new Command('generate')
  .argument('<preset>', `one of: ${Object.keys(PRESETS).join(', ')}`)
  .requiredOption('--rows <n>', 'payments over both splits together', wholeFrom(0))
  .requiredOption('--seed <text>', 'the same seed gives the same bytes')
  .addOption(
    new Option('--threads <n>', 'threads; the bytes do not depend on it')
      .argParser(wholeFrom(1))
      .default(availableParallelism()),
  )
  .option('--set <key=value>', 'a parameter of the preset; may be repeated', assignment)
  .requiredOption('--out <dir>', 'folder of the dataset, which must be absent or empty')
  .option('--force', 'replace what is in the folder')
  .option('--json', 'print the manifest on stdout')
  .addHelpText('after', presetHelp())
  .action(async (preset: string, options: Options) => {
    const parameters = parseParameters(preset, options.set ?? {}, options.rows);
    const cancel = new AbortController();
    const stop = () => cancel.abort(new Error('cancelled'));
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const show = process.stderr.isTTY;
    try {
      const manifest = await generateDataset({
        preset,
        parameters,
        rows: options.rows,
        seed: options.seed,
        threads: options.threads,
        outDir: options.out,
        replace: options.force ?? false,
        signal: cancel.signal,
        onProgress: (share, stage) => {
          if (show) process.stderr.write(`\r${stage} ${Math.round(share * 100)}%  `);
        },
      });
      if (show) process.stderr.write('\r\x1b[K');
      if (options.json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
      else {
        process.stdout.write(
          `${options.out}: ${Object.entries(manifest.rows)
            .map(([split, rows]) => `${rows} ${split}`)
            .join(' and ')} rows, digest ${manifest.digest}\n`,
        );
      }
    } catch (error) {
      if (!cancel.signal.aborted) throw error;
      process.stderr.write('sandbox: cancelled; nothing was written\n');
      process.exitCode = 1;
    }
  });
