/** A number as a reader wants it: four significant digits, thousands apart, without an exponent up to a trillion. */
export function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e12 || size < 1e-4) return value.toExponential(2).replace(/\.?0+e/, 'e');
  const digits = Number.isInteger(value) ? 0 : decimalsFor(size);
  const [whole = '0', part = ''] = Math.abs(value).toFixed(digits).split('.');
  const apart = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ' ') : whole;
  const decimals = part.replace(/0+$/, '');
  return `${value < 0 ? '−' : ''}${apart}${decimals === '' ? '' : `.${decimals}`}`;
}

function decimalsFor(size: number): number {
  let digits = 3;
  for (let bound = 10; size >= bound && digits > 0; bound *= 10) digits -= 1;
  for (let bound = 1; size < bound && digits < 8; bound /= 10) digits += 1;
  return digits;
}

/** A share in percent, with as many digits as it needs. */
export function percent(share: number): string {
  return `${plainNumber(share * 100)} %`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Any text as text of HTML or SVG; control characters, which XML does not know, become spaces. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Any text as one line of Markdown that nothing in it turns into a mark-up. */
export function escapeMarkdown(text: string): string {
  return printable(text)
    .replace(/\\/g, '\\\\')
    .replace(/([`*_{}[\]<>|#~])/g, '\\$1');
}

function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, ' ');
}
