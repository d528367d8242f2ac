import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { visible } from './visible.js';

const through = async (chunks: readonly Uint8Array[]) => {
  const stream = visible();
  const shown = text(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return shown;
};

describe('visible', () => {
  it('shows commands to a terminal by their codes', async () => {
    const typed = Buffer.from('\u001b]0;title\u0007\rover\u009b2J\u202ebackwards\b\u007f');
    expect(await through([typed])).toBe(
      '\\u001b]0;title\\u0007\\u000dover\\u009b2J\\u202ebackwards\\u0008\\u007f',
    );
  });

  it('leaves text of any language as it is, wherever a piece of it ends', async () => {
    const words = Buffer.from('一般\tplain\n銀行 naïve 😀\n');
    expect(await through(Array.from(words, (byte) => Uint8Array.of(byte)))).toBe(words.toString());
  });
});
