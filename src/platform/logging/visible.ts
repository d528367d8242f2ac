import { StringDecoder } from 'node:string_decoder';
import { Transform } from 'node:stream';

/** What a terminal obeys, and what turns text around; tab and line feed stay. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** The text with control characters as their codes: none moves a cursor, sets a title, or hides what stood before. */
export function visibleText(text: string): string {
  return text.replace(COMMANDS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Text of a program that is not trusted, on its way to a terminal: control characters come out as their codes, so that
 * none moves the cursor, sets a title, asks the terminal to type, or hides what was printed before.
 */
export function visible(): Transform {
  const decoder = new StringDecoder('utf8');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, visibleText(decoder.write(chunk)));
    },
    flush(done) {
      done(null, visibleText(decoder.end()));
    },
  });
}
