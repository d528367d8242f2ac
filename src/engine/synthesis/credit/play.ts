import { inGroup } from '../population/households.js';
import { settlePeople } from '../population/populate.js';
import { bytes } from '../population/population.js';
import { type Play, type Played, type Split } from '../preset.js';
import { deriveKey } from '../random.js';
import { Applying } from './applying.js';
import { Crew } from './crew.js';
import { Desk, GROUP, writePersons } from './desk.js';
import { type Circumstances } from './life.js';
import { Linkage } from './linkage.js';
import { peopleFor, type CreditParameters } from './parameters.js';
import { findStress, toldOf } from './stress.js';
import { Summary } from './summary.js';
import { chunksOf, keyOf, vintagesOf } from './vintages.js';

/** Below this many lives a thread costs more to start than it saves. */
const WORTH_A_THREAD = 20_000;
/** Share of the crimes that end in default: what the scripts' chances of leaving come to. */
const MEANT_AND_DONE = 0.89;

/** Plays application after application, vintage by vintage, and hands them to the sink. */
export async function play(task: Play): Promise<Played> {
  const p = task.parameters as unknown as CreditParameters;
  const { development } = task.keys;
  if (development === undefined) throw new Error('the key of the development split is missing');
  const own = deriveKey(development, 'population');
  const people = settlePeople(own, {
    customers: peopleFor(task.rows, p),
    proxyStrength: p.proxyStrength,
    groupAttribute: p.groupAttribute,
    groupShare: p.groupShare,
  });
  const member = bytes(people.count);
  for (let i = 0; i < people.count; i += 1) member[i] = inGroup(people, p.groupAttribute, i) ? 1 : 0;
  const applying = new Applying(people);
  await task.pause(0.02, 'peopling');

  const crimeRate = (p.defaultRate * p.crimeShare) / MEANT_AND_DONE;
  const members = member.reduce((sum, one) => sum + one, 0) / people.count;
  const honest = (p.defaultRate - crimeRate * MEANT_AND_DONE) / (1 - crimeRate);
  const others = honest / (1 - members + members * p.groupPrevalenceRatio);
  const plain: Circumstances = {
    key: own,
    people,
    inGroup: member,
    stress: [1, 1],
    separability: p.groupSeparability,
    outcomeMonths: p.outcomeMonths,
    drift: p.drift,
    missingness: p.missingness,
  };
  const middle = p.startMonth + Math.floor((p.developmentMonths - 1) / 2);
  const stress = await findStress(
    own,
    applying,
    plain,
    middle,
    task.rows,
    [others, others * p.groupPrevalenceRatio],
    () => task.pause(0.04, 'calibrating'),
  );

  const vintages = vintagesOf(task, p);
  const most = Math.max(...vintages.map(({ rows }) => rows), 1);
  const linkage = new Linkage(people.count, applying.devices, applying.addresses, 3 * most);
  const summary = new Summary(p);
  const desk = new Desk(task, p, people, summary);
  const crew = new Crew(
    task.splits.map((split) => ({ ...plain, key: deriveKey(keyOf(task, split), 'lives'), stress })),
    task.rows < WORTH_A_THREAD ? 1 : task.threads,
  );
  // Two rooms: while one chunk's rows are written, the next one's are lived in the other.
  const room = Math.min(GROUP, most);
  const rooms = [toldOf(room, p.outcomeMonths), toldOf(room, p.outcomeMonths)] as const;
  const total = vintages.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  const share = () => 0.06 + (0.94 * done) / Math.max(1, total);
  let turn: 0 | 1 = 0;
  let handing: (() => Promise<void>) | undefined;
  let split: Split | undefined;
  const beside = writePersons(task.sink, people, () => task.pause(share(), 'playing'));
  // Heard at the end.
  beside.catch(() => undefined);
  try {
    const chunks = chunksOf(task, applying, vintages, crimeRate, GROUP);
    for (let next = chunks.next(); next.done !== true;) {
      const chunk = next.value;
      const told = rooms[turn];
      turn = turn === 0 ? 1 : 0;
      const lived = crew.begin({ chunk, split: task.splits.indexOf(chunk.vintage.split), told });
      // While others live this chunk, the applicants of the next are drawn and the one before is handed on.
      next = chunks.next();
      await handing?.();
      if (split !== undefined && split !== chunk.vintage.split) task.sink.ended(split);
      split = chunk.vintage.split;
      await lived();
      handing = async () => {
        linkage.count(chunk.applications, chunk.from, chunk.to, told.features);
        await desk.hand(chunk, told);
        done += chunk.to - chunk.from;
        await task.pause(share(), 'playing');
      };
    }
    await handing?.();
    if (split !== undefined) task.sink.ended(split);
  } finally {
    await crew.dismiss();
    // Even when all has failed nothing may be written after this has ended.
    await beside.catch(() => undefined);
  }
  await beside;
  return summary.played(people.count, p);
}
