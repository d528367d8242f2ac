import { baseProfile, jailHost, startJail } from '../src/engine/isolation/index.js';
import { encodeBatch, encodeSchema } from '../src/engine/scoring/arrow-message.js';
import {
  type FeatureBatch,
  scoreStream,
  ScoringError,
  type StreamOptions,
  type StreamResult,
} from '../src/engine/scoring/index.js';

const WINDOW = 16;
const ROWS = 200;
/** Added to a score by a program that finds more input before it has answered. */
const SAW_AHEAD = 1_000_000;

/**
 * A model in Perl that reads Arrow as it comes on the pipe. It answers a window with its values doubled; before that it
 * looks for a fifth of a second whether there is more to read.
 */
const PROGRAM = `
use strict; use warnings;
my ($how, $window, $rows) = @ARGV;
sub file { local $/; open(my $f, '<:raw', "/job/$_[0]") or die; <$f> }
my ($schema, $whole, $tail) = map { file($_) } qw(schema whole tail);
sub take { my ($n) = @_; my $b = '';
  while (length $b < $n) { my $got = sysread(STDIN, $b, $n - length $b, length $b); return undef unless $got; } $b }
my $kept = '';
sub give { my ($bytes) = @_; if ($how eq 'keep') { $kept .= $bytes; return } syswrite(STDOUT, $bytes) }
sub answer { my (@scores) = @_;
  my $like = @scores == $window ? $whole : $tail;
  give(substr($like, 0, length($like) - 8 * @scores) . pack('d<*', @scores)) }
give($schema);
answer((0) x $window) if $how eq 'guess';
my $done = 0;
while (my $prefix = take(8)) {
  my (undef, $length) = unpack('l<l<', $prefix);
  last if $length == 0;
  my $meta = take($length);
  my $root = unpack('L<', $meta);
  my $vtable = $root - unpack("x\${root}l<", $meta);
  my $entry = $vtable + 4 + 2 * 3;
  my $place = $entry < $vtable + unpack("x\${vtable}S<", $meta) ? unpack("x\${entry}S<", $meta) : 0;
  next if $place == 0;
  $place += $root;
  my $size = unpack("x\${place}q<", $meta) or next;
  my $count = $rows - $done < $window ? $rows - $done : $window;
  my @values = unpack("d<$count", take($size));
  my $in = ''; vec($in, 0, 1) = 1;
  my $ahead = select($in, undef, undef, 0.02);
  my $from = $done;
  $done += $count;
  if ($how eq 'slow' && $from == 0) { sleep 2 }
  if ($how eq 'busy' && $from == 0) { my $until = time + 2; 1 while time < $until }
  my @scores = map { 2 * $_ + ($ahead ? ${SAW_AHEAD} : 0) } @values;
  if ($how eq 'more' && $done > 3 * $window) { answer(@scores); answer(@scores); next }
  if ($how eq 'half' && $done > 3 * $window) { answer(@scores[0 .. 7]); next }
  answer(@scores);
}
$how = 'end' if $how eq 'keep';
give($kept . pack('l<l<', -1, 0));
`;

async function* values(size: number): AsyncGenerator<FeatureBatch> {
  for (let from = 0; from < ROWS; from += size) {
    const rows = Math.min(size, ROWS - from);
    yield { rows, columns: [Float64Array.from({ length: rows }, (_, row) => from + row)] };
  }
}

function score(how: string, more: Partial<StreamOptions> = {}): Promise<StreamResult> {
  const profile = baseProfile({ wallSeconds: 30 });
  const bytes = (count: number) => encodeBatch(count, [new Float64Array(count)]);
  const data = {
    schema: encodeSchema([{ name: 'score', type: 'float64' }]),
    whole: bytes(WINDOW),
    tail: bytes(ROWS % WINDOW),
    program: Buffer.from(PROGRAM),
  };
  const mounts = Object.entries(data).map(
    ([name, content]) => ({ kind: 'data', bytes: content, at: `/job/${name}` }) as const,
  );
  return scoreStream({
    columns: [{ name: 'value', type: 'float64' }],
    batches: values(37),
    rows: ROWS,
    messageRows: WINDOW,
    scoreType: 'float64',
    start: () =>
      startJail(
        jailHost(),
        { ...profile, mounts: [...profile.mounts, ...mounts] },
        { program: 'perl', args: ['/job/program', how, String(WINDOW), String(ROWS)] },
      ),
    ...more,
  });
}

async function failure(promise: Promise<unknown>): Promise<ScoringError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ScoringError)) throw error;
  return error;
}

const DOUBLED = Array.from({ length: ROWS }, (_, row) => 2 * row);

describe('window by window', () => {
  it('gives nothing of a window before the one before is answered; in batches a model sees what comes', async () => {
    const inStep = await score('look', { lockstep: {} });
    expect([...inStep.scores]).toEqual(DOUBLED);
    expect(inStep.outcomes.map(({ kind }) => kind)).toEqual(['completed']);
    // The same program finds later rows where they are sent as fast as the pipe takes them.
    const batch = [...(await score('look')).scores];
    expect(batch.filter((value) => value >= SAW_AHEAD).length).toBeGreaterThanOrEqual(ROWS / 2);
    expect(batch.map((value) => value % SAW_AHEAD)).toEqual(DOUBLED);
  });

  it('ends a model that keeps its scores to itself, and says what to do', async () => {
    const began = performance.now();
    const error = await failure(score('keep', { lockstep: { stallSeconds: 1 } }));
    expect(performance.now() - began).toBeLessThan(10_000);
    expect([error.code, error.blame]).toEqual(['WINDOW_UNANSWERED', 'model']);
    expect(error.message).toBe(
      'no score came for window 1 although the model waited for more: flush stdout after each batch',
    );
    const half = await failure(score('half', { lockstep: { stallSeconds: 1 } }));
    expect([half.code, half.message]).toEqual([
      'WINDOW_UNANSWERED',
      expect.stringContaining('for window 4 ') as unknown,
    ]);
    // In batches nobody waits for it.
    expect([...(await score('keep')).scores].map((value) => value % SAW_AHEAD)).toEqual(DOUBLED);
  });

  it.each(['slow', 'busy'])('leaves a model that is only %s its time', async (how) => {
    expect([...(await score(how, { lockstep: { stallSeconds: 0.5 } })).scores]).toEqual(DOUBLED);
  });

  it.each(['guess', 'more'])('refuses scores for rows that were not sent: %s', async (how) => {
    const error = await failure(score(how, { lockstep: {} }));
    expect([error.code, error.message]).toEqual([
      'SCORES_MALFORMED',
      expect.stringContaining('more scores than the') as unknown,
    ]);
  });

  it('ends at once when nobody waits any more', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const began = performance.now();
    const error = await failure(score('keep', { lockstep: {}, signal: stop.signal }));
    expect(error.code).toBe('CANCELLED');
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('has one lane', async () => {
    await expect(score('look', { lockstep: {}, lanes: 2 })).rejects.toThrow('one lane');
  });
});
