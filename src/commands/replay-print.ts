import { type Difference, distance } from '../engine/replay/index.js';
import { printable } from './printable.js';
import { type Replay } from './replay.js';

const SHOWN = 40;

const OUTCOMES: Readonly<Record<Replay['outcome'], string>> = {
  EQUAL: 'Equal: the same evidence, byte for byte.',
  WITHIN_TOLERANCE: 'Equal within the tolerance: no verdict flips.',
  DIFFERENT: 'Different.',
};

/** Tells a replay in lines for people; of many differences the first, and how many more there are. */
export function printReplay(replay: Replay, all: boolean): void {
  const say = (what: string, text: string) =>
    process.stdout.write(`${what.padEnd(12)}  ${printable(text)}\n`);
  for (const { sentence } of replay.altered) say('ALTERED', sentence);
  say('environment', replay.environment.length === 0 ? 'the same' : `${count(replay.environment.length)}`);
  list(replay.environment, all, '');
  say('scores', scoresSentence(replay));
  say('evidence', replay.differences.length === 0 ? 'the same' : count(replay.differences.length));
  const unfounded = new Set(replay.unfounded.map(({ path }) => path));
  const excused = replay.differences.filter(({ path }) => !unfounded.has(path));
  list(replay.unfounded, all, 'does not follow  ');
  list(excused, all, replay.unfounded.length === 0 ? '' : 'within tolerance ');
  for (const { id, recorded, again, replayed, reason } of replay.flips)
    say('VERDICT', `${id}: recorded ${recorded}, again ${again}: ${replayed}, ${reason}`);
  say('', `recorded ${replay.evidence.recordedSha256}`);
  say('', `again    ${replay.evidence.againSha256}`);
  process.stdout.write(`${OUTCOMES[replay.outcome]}\n`);
}

function scoresSentence({ scores, tolerance }: Replay): string {
  if (scores === null) return 'the recorded scores are not at hand';
  if (scores.largest === null) return `${scores.rows} the same, bit for bit`;
  const { difference, row } = scores.largest;
  return `${scores.differing} of ${scores.rows} differ, by at most ${difference} (row ${row}); tolerance ${tolerance}`;
}

function list(found: readonly Difference[], all: boolean, what: string): void {
  const shown = all ? found : found.slice(0, SHOWN);
  for (const difference of shown) {
    const { path, recorded, again } = difference;
    const apart = distance(difference);
    const by = apart === null ? '' : `  (${apart.toPrecision(3)} apart)`;
    process.stdout.write(
      `  ${printable(`${what}${path}  recorded ${brief(recorded)}  again ${brief(again)}${by}`)}\n`,
    );
  }
  if (shown.length < found.length)
    process.stdout.write(`  … and ${found.length - shown.length} more (--all)\n`);
}

function brief(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}

function count(n: number): string {
  return `${n} ${n === 1 ? 'difference' : 'differences'}`;
}
