import { setImmediate as turn } from 'node:timers/promises';
import { Dispatcher, LeavingError } from './dispatcher.js';

/** Work that ends when it is told to, and a dispatcher of it. */
function working(slots: number, waiting: string[]) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const reasons = new Map<string, unknown>();
  const dispatcher = new Dispatcher<string>({
    slots,
    claim: async () => waiting.shift() ?? null,
    nameOf: (name) => name,
    work: (name, signal) =>
      new Promise((resolve) => {
        begun.push(name);
        ends.set(name, resolve);
        signal.addEventListener('abort', () => {
          reasons.set(name, signal.reason);
          resolve();
        });
      }),
    pollingSeconds: 3_600,
  });
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 10; turns += 1) await turn();
  };
  return { dispatcher, begun, ends, reasons, settle };
}

describe('a dispatcher', () => {
  test('keeps its slots busy, no more than those, and takes the next when one frees', async () => {
    const waiting = ['a', 'b', 'c'];
    const { dispatcher, begun, ends, settle } = working(2, waiting);
    await settle();
    expect(begun).toEqual(['a', 'b']);
    ends.get('a')?.();
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('b')?.();
    await settle();
    waiting.push('d');
    dispatcher.wake();
    await settle();
    expect(begun.at(-1)).toBe('d');
    expect([...dispatcher.atWork.keys()]).toEqual(['c', 'd']);
    await dispatcher.stop(0);
  });

  test('lets what is at work finish when it stops, and takes nothing more', async () => {
    const waiting = ['a', 'b'];
    const { dispatcher, begun, ends, reasons, settle } = working(1, waiting);
    await settle();
    const stopped = dispatcher.stop(60_000);
    ends.get('a')?.();
    await stopped;
    expect([begun, reasons.size, waiting]).toEqual([['a'], 0, ['b']]);
  });

  test('gives back what its grace does not suffice for, sooner when asked again with less', async () => {
    const { dispatcher, reasons, settle } = working(1, ['a']);
    await settle();
    const patient = dispatcher.stop(60_000);
    await dispatcher.stop(0);
    await patient;
    expect(reasons.get('a')).toBeInstanceOf(LeavingError);
  });
});
