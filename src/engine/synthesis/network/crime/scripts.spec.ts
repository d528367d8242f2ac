import fc from 'fast-check';
import { DAY, monthStart } from '../../calendar.js';
import { keyOfSeed, Stream } from '../../random.js';
import { smallNetwork } from '../network.fixture.js';
import { CORRESPONDENTS, PURSES } from '../institutions.js';
import { Role } from '../parties.js';
import { Format } from '../transfers.js';
import { Ring } from './ring.js';
import { Scene, type Step } from './scene.js';
import { type Script } from './script.js';
import { FREE, SCRIPTS } from './scripts.js';

const { parties } = smallNetwork();
const START = monthStart(9) * DAY;
const END = monthStart(11) * DAY;

interface Played {
  readonly rows: number;
  readonly steps: readonly Step[];
  readonly core: readonly Step[];
}

function scriptOf(name: string): Script {
  const script = SCRIPTS.find((one) => one.name === name);
  if (script === undefined) throw new Error(name);
  return script;
}

function stage(script: Script, seed: number, size: number, onset: number, spare = 0): Played {
  const key = keyOfSeed(String(seed));
  const rows = Math.min(script.most, script.fewest + size);
  const ring = new Ring(parties, key, START, END, 200, 1);
  const scene = new Scene(parties, new Stream(key), ring, onset, END - 300, 0.5, 0, 30_000_000, spare);
  script.play(scene, rows);
  const steps = [...scene.steps].sort((left, right) => left.time - right.time);
  return { rows, steps, core: scene.steps.filter(({ core }) => core) };
}

/** Runs a check over many stagings of one script. */
function each(name: string, check: (played: Played) => void): void {
  const script = scriptOf(name);
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(12), fc.nat(40), (seed, size, day) => {
      check(stage(script, seed, size, START + day * DAY + (seed % DAY)));
    }),
    { numRuns: 40 },
  );
}

const froms = (steps: readonly Step[]) => new Set(steps.map(({ from }) => from));
const tos = (steps: readonly Step[]) => new Set(steps.map(({ to }) => to));
const abroad = (account: number) => account >= CORRESPONDENTS.first && account < parties.institutions;

describe('laundering scripts', () => {
  it.each(SCRIPTS.map(({ name }) => name))(
    '%s has the rows asked for, inside the split, and moves only what came in',
    (name) => {
      const script = scriptOf(name);
      fc.assert(
        fc.property(fc.nat(1_000_000), fc.nat(16), fc.nat(60), fc.nat(3), (seed, size, day, spare) => {
          const onset = Math.min(END - 2 * DAY, START + day * DAY);
          const { rows, steps, core } = stage(script, seed, size, onset, spare);
          const cores = SCRIPTS.indexOf(script) === FREE ? steps.length : core.length;
          expect(cores).toBe(rows);
          expect(steps.length).toBeLessThanOrEqual(rows + script.sources(rows) + spare);
          const held = new Map<number, number>();
          for (const { time, from, to, cents } of steps) {
            expect(time >= onset && time < END).toBe(true);
            expect(cents).toBeGreaterThan(0);
            expect(from).not.toBe(to);
            if (from >= parties.institutions) {
              const left = (held.get(from) ?? 0) - cents;
              expect(left).toBeGreaterThanOrEqual(0);
              held.set(from, left);
            }
            held.set(to, (held.get(to) ?? 0) + cents);
          }
        }),
        { numRuns: 40 },
      );
    },
  );

  it('fan out from one account, and in to one', () => {
    each('FAN_OUT', ({ rows, core }) => {
      expect(froms(core).size).toBe(1);
      expect(tos(core).size).toBe(rows);
    });
    each('FAN_IN', ({ rows, core }) => {
      expect(froms(core).size).toBe(rows);
      expect(tos(core).size).toBe(1);
    });
  });

  it('gather before they scatter, and scatter before they gather', () => {
    each('GATHER_SCATTER', ({ rows, core }) => {
      const hub = core.find(({ to }) => core.some(({ from }) => from === to))?.to;
      const inward = core.filter(({ to }) => to === hub);
      const outward = core.filter(({ from }) => from === hub);
      expect(inward).toHaveLength(rows >> 1);
      expect(outward).toHaveLength(rows - (rows >> 1));
      expect(Math.max(...inward.map(({ time }) => time))).toBeLessThan(
        Math.min(...outward.map(({ time }) => time)),
      );
    });
    each('SCATTER_GATHER', ({ rows, core }) => {
      const source = core[0]?.from;
      const sink = core.at(-1)?.to;
      const between = tos(core.filter(({ from }) => from === source));
      expect(between.size).toBe(rows >> 1);
      const back = core.filter(({ to }) => to === sink);
      expect(froms(back)).toEqual(between);
      expect(back).toHaveLength(rows >> 1);
    });
  });

  it('close a cycle, and leave a random walk open', () => {
    each('CYCLE', ({ rows, core }) => {
      core.forEach(({ to, time, cents }, place) => {
        const next = core[(place + 1) % rows];
        expect(next?.from).toBe(to);
        if (place < rows - 1) {
          expect(next?.time).toBeGreaterThan(time);
          expect(next?.cents).toBeLessThanOrEqual(cents);
        }
      });
      expect(froms(core).size).toBe(rows);
    });
    each('RANDOM_WALK', ({ rows, core }) => {
      const visited = new Set([core[0]?.from, ...core.map(({ to }) => to)]);
      expect(visited.size).toBe(rows + 1);
      core.slice(1).forEach(({ from }, place) => expect(from).toBe(core[place]?.to));
    });
  });

  it('keep the two sides of a bipartite case apart, and stack three layers', () => {
    each('BIPARTITE', ({ core }) => {
      const left = froms(core);
      const right = tos(core);
      expect(left.size).toBeGreaterThanOrEqual(2);
      expect(right.size).toBeGreaterThanOrEqual(2);
      for (const account of left) expect(right.has(account)).toBe(false);
    });
    each('STACK', ({ core }) => {
      const middle = new Set([...froms(core)].filter((account) => tos(core).has(account)));
      expect(middle.size).toBeGreaterThanOrEqual(2);
      const first = core.filter(({ to }) => middle.has(to));
      const second = core.filter(({ from }) => middle.has(from));
      expect(first.length + second.length).toBe(core.length);
      expect(froms(first).size).toBeGreaterThanOrEqual(2);
      expect(tos(second).size).toBeGreaterThanOrEqual(2);
      for (const account of froms(first)) expect(tos(second).has(account)).toBe(false);
    });
  });

  it('structure cash below HK$120,000, and top purses up below their cap', () => {
    each('STRUCTURING', ({ core }) => {
      const deposits = core.filter(({ format }) => format === Format.Cash);
      expect(deposits.length).toBeGreaterThanOrEqual(core.length / 2);
      for (const { cents } of deposits) {
        expect(cents).toBeLessThan(12_000_000);
        expect(cents % 10_000).toBe(0);
      }
      expect(tos(core.filter(({ format }) => format !== Format.Cash)).size).toBe(1);
    });
    each('STORED_VALUE', ({ core }) => {
      const isPurse = (account: number) => account >= PURSES.first && account < PURSES.first + PURSES.count;
      const topUps = core.filter(({ to }) => isPurse(to));
      expect(topUps).toHaveLength(core.length >> 1);
      for (const { cents } of topUps) expect(cents).toBeLessThanOrEqual(300_000);
      for (const step of core) expect(isPurse(step.to) !== isPurse(step.from)).toBe(true);
    });
  });

  it('cross the border where trade, wires and money services are used', () => {
    each('TRADE_BASED', ({ core }) => {
      expect(abroad(core[0]?.from ?? 0)).toBe(true);
      expect(new Set(core.filter(({ from }) => abroad(from)).map(({ to }) => to)).size).toBe(1);
    });
    each('SWIFT_LAYERING', ({ core }) =>
      core.forEach((step, row) => {
        expect(step.format).toBe(Format.Wire);
        expect(abroad(step.from)).toBe(row % 2 === 0);
        expect(abroad(step.to)).toBe(row % 2 === 1);
      }),
    );
    each('MONEY_SERVICE', ({ rows, core }) => {
      const payIn = core.slice(0, (rows + 1) >> 1);
      expect(tos(payIn).size).toBe(1);
      expect(parties.role[payIn[0]?.to ?? 0]).toBe(Role.MoneyService);
      for (const { from } of core.slice(payIn.length)) expect(from).toBe(payIn[0]?.to);
    });
  });

  it('pay nominees who pay a broker, and a shell company that pays others', () => {
    each('RAMP_AND_DUMP', ({ rows, core }) => {
      const organiser = core[0]?.from;
      const nominees = tos(core.filter(({ from }) => from === organiser));
      expect(nominees.size).toBe((rows - 1) >> 1);
      const broker = core.find(({ from }) => nominees.has(from))?.to;
      for (const { from, to } of core)
        expect(from === organiser || to === organiser || (nominees.has(from) && to === broker)).toBe(true);
      expect(core.at(-1)?.to).toBe(organiser);
    });
    each('SHELL_HUB', ({ rows, core }) => {
      const hub = core[0]?.to ?? 0;
      expect(parties.role[hub]).toBe(Role.Shell);
      expect(core.filter(({ to }) => to === hub)).toHaveLength((rows + 1) >> 1);
      expect(core.filter(({ from }) => from === hub)).toHaveLength(rows >> 1);
    });
  });
});
