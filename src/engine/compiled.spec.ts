import { compiled } from './compiled.js';

test('a module under test is led to its compiled twin', () => {
  expect(compiled('file:///p/src/engine/a.ts', './b.worker.js').pathname).toBe('/p/dist/engine/b.worker.js');
  expect(compiled('file:///p/dist/engine/a.js', './b.worker.js').pathname).toBe('/p/dist/engine/b.worker.js');
});
