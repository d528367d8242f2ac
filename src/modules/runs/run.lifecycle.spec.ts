import fc from 'fast-check';
import { isFinal, RUN_STATES, RUN_STEPS, type RunState, statesBefore } from './run.lifecycle.js';

const after = (state: RunState): readonly RunState[] => RUN_STEPS[state];

describe('the lifecycle of a run', () => {
  test('its final states are these five, and nothing leads out of them', () => {
    expect(RUN_STATES.filter(isFinal)).toEqual([
      'SUCCEEDED',
      'FAILED',
      'ERRORED',
      'LIMIT_EXCEEDED',
      'CANCELLED',
    ]);
  });

  test('every state is reached from QUEUED, and a final one from every state', () => {
    const reached = (from: RunState): Set<RunState> => {
      const seen = new Set<RunState>([from]);
      for (const state of seen) for (const next of after(state)) seen.add(next);
      return seen;
    };
    expect([...reached('QUEUED')].sort()).toEqual([...RUN_STATES].sort());
    for (const state of RUN_STATES) expect([...reached(state)].some(isFinal)).toBe(true);
  });

  test('what is not final can always be cancelled by its tenant or given up by us', () => {
    for (const state of RUN_STATES.filter((each) => !isFinal(each))) {
      expect(after(state)).toEqual(expect.arrayContaining(['CANCELLED', 'ERRORED']));
    }
  });

  test('SUCCEEDED comes from SEALING alone: no run ends well without a sealed report', () => {
    expect(statesBefore('SUCCEEDED')).toEqual(['SEALING']);
  });

  test('statesBefore is the inverse of the steps', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RUN_STATES), fc.constantFrom(...RUN_STATES), (from, to) => {
        expect(statesBefore(to).includes(from)).toBe(after(from).includes(to));
      }),
    );
  });
});
