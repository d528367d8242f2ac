import { log } from '../arithmetic.js';
import { type Picture } from '../preset.js';
import { escapeMarkup, plainNumber } from './wording.js';

const WIDTH = 720;
const GRID = '#ddd';
const INK = '#222';
/** Told apart in grey by lightness, dashes and marks together. */
const STROKES = [
  { colour: '#1b4f8a', dashes: '', mark: 'circle' },
  { colour: '#b3541e', dashes: '7 4', mark: 'square' },
  { colour: '#3c7a3c', dashes: '2 3', mark: 'diamond' },
  { colour: '#7a3c78', dashes: '10 3 2 3', mark: 'circle' },
  { colour: '#6b6b6b', dashes: '4 2', mark: 'square' },
  { colour: '#111', dashes: '1 2', mark: 'diamond' },
] as const;
/** More lines than these are drawn one above the other: together nobody could follow one. */
const MOST_TOGETHER = 5;
/** Above so many points a line speaks for itself. */
const MOST_MARKS = 40;

/** A picture as a self-contained SVG, the same bytes for the same picture. */
export function draw(picture: Picture): string {
  const { height, body } =
    picture.kind === 'bars'
      ? bars(picture)
      : picture.kind === 'heatmap'
        ? heatmap(picture)
        : picture.lines.length > MOST_TOGETHER
          ? panels(picture)
          : lines(picture);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="sans-serif" font-size="12" fill="${INK}">`,
    `<title>${escapeMarkup(picture.title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="24" font-size="15" font-weight="bold">${escapeMarkup(picture.title)}</text>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}

interface Drawing {
  readonly height: number;
  readonly body: readonly string[];
}

function bars({ bars: given, axis }: Extract<Picture, { kind: 'bars' }>): Drawing {
  const all = given.map(({ label: name, value }) => ({ label: name, value: bounded(value) }));
  const left = 24 + Math.min(280, 8 * Math.max(6, ...all.map(({ label }) => Math.min(label.length, 36))));
  const right = WIDTH - 76;
  const top = 44;
  const step = 22;
  const bottom = top + Math.max(1, all.length) * step;
  const scale = linear(
    Math.min(0, ...all.map(({ value }) => value)),
    Math.max(0, ...all.map(({ value }) => value)),
    left,
    right,
    true,
  );
  const body = scale.ticks.flatMap((tick) => [
    rule(scale.at(tick), top, scale.at(tick), bottom, GRID),
    label(scale.at(tick), bottom + 16, 'middle', scale.name(tick)),
  ]);
  all.forEach(({ label: name, value }, place) => {
    const y = top + place * step;
    const [from, to] = [Math.min(scale.at(0), scale.at(value)), Math.max(scale.at(0), scale.at(value))];
    body.push(
      label(left - 8, y + 15, 'end', name.length > 36 ? `${name.slice(0, 35)}…` : name),
      `<rect x="${px(from)}" y="${y + 4}" width="${px(to - from)}" height="${step - 8}" fill="#4a6f9c"/>`,
      label(to + 5, y + 15, 'start', plainNumber(value)),
    );
  });
  body.push(
    rule(scale.at(0), top, scale.at(0), bottom, INK),
    label((left + right) / 2, bottom + 36, 'middle', axis),
  );
  return { height: bottom + 48, body };
}

function heatmap({ rows, columns, values, unit }: Extract<Picture, { kind: 'heatmap' }>): Drawing {
  const left = 24 + Math.min(200, 8 * Math.max(4, ...rows.map((row) => row.length)));
  const top = 44;
  const cell = {
    width: Math.min(64, (WIDTH - 24 - left) / Math.max(1, columns.length)),
    height: 24,
  };
  const all = values
    .flat()
    .filter((value) => Number.isFinite(value))
    .map(bounded);
  const least = Math.min(0, ...all);
  const most = all.length === 0 ? 1 : Math.max(least, ...all);
  const span = most - least || 1;
  const bottom = top + rows.length * cell.height;
  const body: string[] = [];
  rows.forEach((row, down) => {
    body.push(label(left - 8, top + down * cell.height + 16, 'end', row));
    columns.forEach((_, along) => {
      const value = values[down]?.[along];
      if (value === undefined || !Number.isFinite(value)) return;
      body.push(
        `<rect x="${px(left + along * cell.width)}" y="${top + down * cell.height}" width="${px(cell.width)}" height="${cell.height}" fill="${shade((bounded(value) - least) / span)}"/>`,
      );
    });
  });
  // Every name where there is room, otherwise every second, third, …
  const longest = Math.max(1, ...columns.map((column) => column.length));
  const every = Math.max(1, Math.ceil((longest * 7 + 6) / cell.width));
  columns.forEach((column, along) => {
    if (along % every === 0)
      body.push(label(left + (along + 0.5) * cell.width, bottom + 16, 'middle', column));
  });
  const steps = 32;
  const width = 160;
  for (let step = 0; step < steps; step += 1)
    body.push(
      `<rect x="${px(left + (step * width) / steps)}" y="${bottom + 30}" width="${px(width / steps + 0.3)}" height="10" fill="${shade((step + 0.5) / steps)}"/>`,
    );
  body.push(
    label(left, bottom + 54, 'middle', plainNumber(least)),
    label(left + width, bottom + 54, 'middle', plainNumber(most)),
    label(left + width + 16, bottom + 39, 'start', unit ?? ''),
  );
  return { height: bottom + 66, body };
}

/** From white to nearly black, even steps to the eye. */
function shade(share: number): string {
  const level = Math.round(250 - 225 * Math.min(1, Math.max(0, share)));
  return `rgb(${level},${Math.min(255, level + 3)},${Math.min(255, level + 8)})`;
}

type Lines = Extract<Picture, { kind: 'lines' }>;

/** The lines with the points that the axes have a place for. */
function placed({ x, y, lines: all }: Lines): Lines['lines'] {
  return all.map((line) => ({
    ...line,
    points: line.points
      .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
      .map(([a, b]) => [bounded(a), bounded(b)] as const)
      .filter(([a, b]) => !(x.log === true && a <= 0) && !(y.log === true && b <= 0)),
  }));
}

/** Each line in a strip of its own over one common axis; all strips have the same height for the same value. */
function panels(picture: Lines): Drawing {
  const { x, y } = picture;
  const shown = placed(picture);
  const points = shown.flatMap((line) => line.points);
  const left =
    24 + Math.min(200, 8 * Math.max(6, ...shown.map(({ label: name }) => Math.min(name.length, 24))));
  const right = WIDTH - 76;
  const top = 56;
  const step = 46;
  const bottom = top + shown.length * step;
  const across = axisOf(
    points.map(([a]) => a),
    x.log === true,
    left,
    right,
    false,
  );
  const up = axisOf(
    points.map(([, b]) => b),
    y.log === true,
    0,
    6 - step,
    true,
  );
  const [lowest, highest] = [up.ticks[0] ?? 0, up.ticks.at(-1) ?? 0];
  const body = [
    label(left, top - 12, 'start', `${y.title} (each strip ${up.name(lowest)} to ${up.name(highest)})`),
    ...across.ticks.flatMap((tick) => [
      rule(across.at(tick), top, across.at(tick), bottom, GRID),
      label(across.at(tick), bottom + 16, 'middle', across.name(tick)),
    ]),
    label((left + right) / 2, bottom + 36, 'middle', x.title),
  ];
  shown.forEach(({ label: name, points: own }, place) => {
    const base = top + (place + 1) * step;
    const path = own.map(([a, b]) => `${px(across.at(a))},${px(base + up.at(b))}`);
    const [first, last] = [own[0], own.at(-1)];
    if (first !== undefined && last !== undefined)
      body.push(
        `<polygon points="${px(across.at(first[0]))},${base} ${path.join(' ')} ${px(across.at(last[0]))},${base}" fill="#4a6f9c" fill-opacity="0.35" stroke="none"/>`,
        `<polyline points="${path.join(' ')}" fill="none" stroke="#1b4f8a" stroke-width="1.4"/>`,
      );
    body.push(
      rule(left, base, right, base, INK),
      label(left - 8, base - 6, 'end', name.length > 24 ? `${name.slice(0, 23)}…` : name),
    );
  });
  return { height: bottom + 48, body };
}

function lines(picture: Lines): Drawing {
  const { x, y } = picture;
  const left = 84;
  const right = WIDTH - 36;
  const top = 48;
  const bottom = 360;
  const shown = placed(picture);
  const points = shown.flatMap((line) => line.points);
  const across = axisOf(
    points.map(([a]) => a),
    x.log === true,
    left,
    right,
    false,
  );
  const up = axisOf(
    points.map(([, b]) => b),
    y.log === true,
    bottom,
    top,
    true,
  );
  const body = [
    ...across.ticks.flatMap((tick) => [
      rule(across.at(tick), top, across.at(tick), bottom, GRID),
      label(across.at(tick), bottom + 16, 'middle', across.name(tick)),
    ]),
    ...up.ticks.flatMap((tick) => [
      rule(left, up.at(tick), right, up.at(tick), GRID),
      label(left - 6, up.at(tick) + 4, 'end', up.name(tick)),
    ]),
    rule(left, bottom, right, bottom, INK),
    rule(left, top, left, bottom, INK),
    label((left + right) / 2, bottom + 36, 'middle', x.title),
    `<text transform="translate(20 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeMarkup(y.title)}</text>`,
  ];
  let key = bottom + 60;
  let at = left;
  shown.forEach(({ label: name, points: own }, place) => {
    const stroke = STROKES[place % STROKES.length] ?? STROKES[0];
    const dashes = stroke.dashes === '' ? '' : ` stroke-dasharray="${stroke.dashes}"`;
    const path = own.map(([a, b]) => `${px(across.at(a))},${px(up.at(b))}`).join(' ');
    if (own.length > 1)
      body.push(
        `<polyline points="${path}" fill="none" stroke="${stroke.colour}" stroke-width="1.8"${dashes}/>`,
      );
    if (own.length <= MOST_MARKS)
      for (const [a, b] of own) body.push(mark(stroke.mark, across.at(a), up.at(b), stroke.colour));
    const width = 52 + name.length * 8;
    if (at > left && at + width > right) {
      at = left;
      key += 20;
    }
    body.push(
      `<line x1="${at}" y1="${key - 4}" x2="${at + 30}" y2="${key - 4}" stroke="${stroke.colour}" stroke-width="1.8"${dashes}/>`,
      mark(stroke.mark, at + 15, key - 4, stroke.colour),
      label(at + 36, key, 'start', name),
    );
    at += width;
  });
  return { height: key + 14, body };
}

interface Axis {
  readonly ticks: readonly number[];
  at(value: number): number;
  name(tick: number): string;
}

function axisOf(
  values: readonly number[],
  logarithmic: boolean,
  from: number,
  to: number,
  height: boolean,
): Axis {
  const known = values.length === 0 ? [logarithmic ? 1 : 0] : values;
  const least = Math.min(...known);
  const most = Math.max(...known);
  if (logarithmic) return decades(least, most, from, to);
  // Heights begin at nothing, so that a small change looks small, and end at a tick.
  return height
    ? linear(Math.min(0, least), Math.max(0, most), from, to, true)
    : linear(least, most, from, to, false);
}

function linear(least: number, most: number, from: number, to: number, toTick: boolean): Axis {
  const size = Math.max(Math.abs(least), Math.abs(most));
  const flat = most - least <= size * 1e-9;
  const span = flat ? size || 1 : most - least;
  const start = flat ? least - span / 2 : least;
  const step = niceStep(span / 6);
  const low = toTick ? Math.floor(start / step + 1e-9) * step : start;
  const high = toTick ? Math.ceil((start + span) / step - 1e-9) * step : start + span;
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) ticks.push(n * step);
  return {
    ticks,
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    name: (tick) => plainNumber(Math.abs(tick) < step * 1e-9 ? 0 : tick),
  };
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function niceStep(least: number): number {
  const power = powerOfTen(least);
  return power * ([1, 2, 5].find((times) => power * times >= least) ?? 10);
}

/** The largest power of ten that is not above a value. */
function powerOfTen(value: number): number {
  let power = 1;
  while (power > value) power /= 10;
  while (power * 10 <= value) power *= 10;
  return power;
}

function decades(least: number, most: number, from: number, to: number): Axis {
  const powers = [powerOfTen(least)];
  while (powers.length === 1 || (powers.at(-1) ?? most) < most) powers.push((powers.at(-1) ?? most) * 10);
  const start = log(powers[0] ?? 1);
  const span = log(powers.at(-1) ?? 1) - start;
  const every = Math.ceil(powers.length / 9);
  return {
    ticks: powers.filter((_, place) => place % every === 0),
    at: (value) => from + ((log(value) - start) / span) * (to - from),
    name: plainNumber,
  };
}

/** No figure of a dataset is larger than this or, but for nothing, smaller: what is goes to the edge. */
const LARGEST = 1e30;

function bounded(value: number): number {
  if (Math.abs(value) < 1 / LARGEST) return 0;
  return Math.max(-LARGEST, Math.min(LARGEST, value));
}

function mark(kind: 'circle' | 'square' | 'diamond', x: number, y: number, colour: string): string {
  switch (kind) {
    case 'circle':
      return `<circle cx="${px(x)}" cy="${px(y)}" r="2.6" fill="${colour}"/>`;
    case 'square':
      return `<rect x="${px(x - 2.5)}" y="${px(y - 2.5)}" width="5" height="5" fill="${colour}"/>`;
    case 'diamond':
      return `<path d="M${px(x)} ${px(y - 3.5)}l3.5 3.5l-3.5 3.5l-3.5 -3.5z" fill="${colour}"/>`;
  }
}

function rule(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${colour}"/>`;
}

function label(x: number, y: number, anchor: 'start' | 'middle' | 'end', text: string): string {
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${escapeMarkup(text)}</text>`;
}

/** Tenths of a pixel: finer differences would only be noise in the bytes. */
function px(value: number): string {
  const tenths = Math.round(value * 10) / 10;
  return String(tenths === 0 ? 0 : tenths);
}
