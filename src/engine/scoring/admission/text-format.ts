import { type RefusedFormat } from './refusals.js';

const SOURCE =
  /^\s*(import\s+[\w.]+|from\s+[\w.]+\s+import\s|def\s+\w+\s*\(|class\s+\w+\s*[(:{]|async\s+def\s|function\s+\w*\s*\(|(const|let|var)\s+[\w{[]|module\.exports|export\s+(default|const|function)|require\(|#include\s*[<"]|package\s+\w+|using\s+\w+|echo\s|set\s+-[eux]|exec\s|curl\s|library\(|print\()/m;

/** Which kind of text it is; undefined for what is no text. */
export function textFormat(head: Buffer, cut: boolean): RefusedFormat | undefined {
  const text = decoded(head, cut);
  if (text === undefined) return undefined;
  if (/^\s*$/.test(text)) return 'NOT_ONNX';
  if (text.startsWith('#!')) return 'SCRIPT';
  if (/^\s*<(\?xml|!DOCTYPE|PMML|[A-Za-z][\w:-]*[\s>])/.test(text)) return 'PMML';
  if (/^\s*[{[]/.test(text) && isJson(text, cut)) return 'JSON';
  if (SOURCE.test(text)) return 'SCRIPT';
  return isTable(text) ? 'TABLE' : 'NOT_ONNX';
}

function decoded(head: Buffer, cut: boolean): string | undefined {
  const [first, second] = head;
  const wide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (wide) return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(head);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: cut });
    // eslint-disable-next-line no-control-regex -- what no text holds
    return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function isJson(text: string, cut: boolean): boolean {
  if (cut) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Lines of equally many fields, more than one. */
function isTable(text: string): boolean {
  const lines = text
    .split(/\r?\n/)
    .slice(0, 20)
    .filter((line) => line !== '');
  return [',', ';', '\t', '|'].some((separator) => {
    const counts = lines.slice(0, Math.max(2, lines.length - 1)).map((line) => line.split(separator).length);
    return lines.length >= 2 && (counts[0] ?? 0) > 1 && counts.every((count) => count === counts[0]);
  });
}
