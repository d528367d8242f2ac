import { InputError } from '../../input-error.js';
import type { Stream } from '../random.js';
import { LANGUAGES, SCAM_KINDS, type Language, type Medium, type ScamKind, type Scenario } from './kinds.js';
import { LOOK_ALIKES } from './look-alikes/index.js';
import { SCAMS } from './scams/index.js';
import { drawSource, SLOTS, slotText, SOURCE_COUNT, type MessageFacts, type Slot } from './slots.js';

/** One scenario in one language. */
export interface MessageTemplate {
  /** `SCENARIO.language`: the same scenario in another language differs after the dot alone. */
  id: string;
  typology: ScamKind | 'LEGITIMATE';
  lookAlikeOf?: ScamKind;
  medium: Medium;
  language: Language;
  sender: string;
  /** The steps of the arc, one or more lines each, with {slots}. */
  text: string;
  /** Names of the slots in sender and text, sorted. */
  slots: readonly string[];
}

export interface Message {
  templateId: string;
  medium: Medium;
  /** As the phone shows it, with # before a registered sender ID. */
  sender: string;
  /** Everything said so far, one line a turn; calls name the speaker. Notices and e-mails span several lines. */
  text: string;
  /** How far the scam has gone: 1 opening, 2 pressure, 3 demand; 0 for an honest message. */
  escalation: number;
}

interface Piece {
  before: string;
  slot: Slot;
}

/** Text cut at its slots, so that composing is concatenation. */
interface Cut {
  pieces: readonly Piece[];
  after: string;
}

interface Compiled {
  template: MessageTemplate;
  sender: Cut;
  /** `parts[n]`: the text of the first n + 1 steps. */
  parts: readonly Cut[];
  sources: readonly number[];
}

/** A scenario in its three languages, in the order of `LANGUAGES`. */
type Trio = readonly Compiled[];

const SPEAKERS: Readonly<Record<Language, readonly [caller: string, recipient: string]>> = {
  'yue-Hant-HK': ['來電者：', '接聽者：'],
  'zh-Hans-CN': ['来电方：', '接听方：'],
  'en-HK': ['Caller: ', 'Recipient: '],
};

/** Levels reached by the steps of an arc of one, two or three. */
const LEVELS: readonly (readonly number[])[] = [[3], [1, 3], [1, 2, 3]];

const SLOT = /\{(\w+)\}/g;

function cut(text: string, where: string): Cut {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(SLOT)) {
    const name = match[1] ?? '';
    const slot = SLOTS.get(name);
    if (slot === undefined) throw new InputError('UNKNOWN_SLOT', `${where} has no slot named {${name}}.`);
    pieces.push({ before: text.slice(from, match.index), slot });
    from = match.index + match[0].length;
  }
  return { pieces, after: text.slice(from) };
}

function spoken(step: string, language: Language): string {
  return step
    .split('\n')
    .map((line, turn) => SPEAKERS[language][turn % 2 === 0 ? 0 : 1] + line)
    .join('\n');
}

function compileScenario(
  scenario: Scenario,
  typology: ScamKind | 'LEGITIMATE',
  lookAlikeOf?: ScamKind,
): Trio {
  return LANGUAGES.map((language, code) => {
    const steps = scenario.steps.map((step) => {
      const text = step[code] ?? '';
      return scenario.medium === 'PHONE_CALL' ? spoken(text, language) : text;
    });
    const id = `${scenario.id}.${language}`;
    const sender = typeof scenario.sender === 'string' ? scenario.sender : (scenario.sender[code] ?? '');
    const text = steps.join('\n');
    const slots = [...new Set([...`${sender}\n${text}`.matchAll(SLOT)].map((match) => match[1] ?? ''))];
    const template: MessageTemplate = {
      id,
      typology,
      medium: scenario.medium,
      language,
      sender,
      text,
      slots: slots.sort(),
    };
    if (lookAlikeOf !== undefined) template.lookAlikeOf = lookAlikeOf;
    const sources = slots.flatMap((name) => SLOTS.get(name)?.source ?? []).filter((source) => source >= 0);
    return {
      template,
      sender: cut(sender, id),
      parts: steps.map((_, last) => cut(steps.slice(0, last + 1).join('\n'), id)),
      sources: [...new Set(sources)].sort((a, b) => a - b),
    };
  });
}

const COMPILED_SCAMS = new Map<string, readonly Trio[]>(
  SCAM_KINDS.map((kind) => [kind, SCAMS[kind].map((scenario) => compileScenario(scenario, kind))]),
);
const COMPILED_LOOK_ALIKES = new Map<string, readonly Trio[]>(
  SCAM_KINDS.map((kind) => [
    kind,
    LOOK_ALIKES[kind].map((scenario) => compileScenario(scenario, 'LEGITIMATE', kind)),
  ]),
);
const ALL_LEGITIMATE: readonly Trio[] = [...COMPILED_LOOK_ALIKES.values()].flat();

/** Every template, scams first, the three languages of a scenario side by side. */
export const TEMPLATES: readonly MessageTemplate[] = [...COMPILED_SCAMS.values(), ALL_LEGITIMATE]
  .flat(2)
  .map((compiled) => compiled.template);

const draws = new Float64Array(SOURCE_COUNT);

function fill(text: Cut, language: number, facts: MessageFacts): string {
  let out = '';
  for (const piece of text.pieces) out += piece.before + slotText(piece.slot, language, draws, facts);
  return out + text.after;
}

function checked(facts: MessageFacts, language: number): void {
  if (LANGUAGES[language] === undefined) {
    throw new InputError(
      'BAD_LANGUAGE',
      `Message language ${language} is none of 0 … ${LANGUAGES.length - 1}.`,
    );
  }
  if (!Number.isSafeInteger(facts.amountCents) || facts.amountCents < 0) {
    throw new InputError(
      'BAD_AMOUNT',
      `Message amountCents ${facts.amountCents} is no whole number of cents.`,
    );
  }
  if (!Number.isFinite(facts.time)) {
    throw new InputError('BAD_TIME', `Message time ${facts.time} is no number of seconds.`);
  }
}

function write(stream: Stream, trios: readonly Trio[], language: number, facts: MessageFacts): Message {
  checked(facts, language);
  const compiled = trios[stream.below(trios.length)]?.[language];
  if (compiled === undefined) throw new InputError('NO_TEMPLATE', 'There is no message of this kind.');
  for (const source of compiled.sources) drawSource(stream, source, draws);
  const { parts, template } = compiled;
  const levels = LEVELS[parts.length - 1] ?? [];
  let last = parts.length - 1;
  if (template.typology !== 'LEGITIMATE' && facts.level !== undefined) {
    while (last > 0 && (levels[last] ?? 0) > facts.level) last -= 1;
  }
  const text = parts[last];
  return {
    templateId: template.id,
    medium: template.medium,
    sender: fill(compiled.sender, language, facts),
    text: text === undefined ? '' : fill(text, language, facts),
    escalation: template.typology === 'LEGITIMATE' ? 0 : (levels[last] ?? 0),
  };
}

function ofKind(table: ReadonlyMap<string, readonly Trio[]>, kind: string): readonly Trio[] {
  const trios = table.get(kind);
  if (trios === undefined) throw new InputError('UNKNOWN_SCAM', `No scam is named ${kind}.`);
  return trios;
}

/**
 * One message of a kind, or any honest one for `LEGITIMATE`. The draws depend on the kind and the stream alone, not
 * on the language, so streams of one key give the same scenario and the same particulars in all three.
 *
 * @throws InputError UNKNOWN_SCAM, BAD_LANGUAGE, BAD_AMOUNT, BAD_TIME
 */
export function compose(
  stream: Stream,
  kind: ScamKind | 'LEGITIMATE',
  language: number,
  facts: MessageFacts,
): Message {
  const trios = kind === 'LEGITIMATE' ? ALL_LEGITIMATE : ofKind(COMPILED_SCAMS, kind);
  return write(stream, trios, language, facts);
}

/**
 * An honest message that resembles a scam of the kind. A few report money received (salary, refunds, fees earned)
 * and then name no payee.
 *
 * @throws InputError UNKNOWN_SCAM, BAD_LANGUAGE, BAD_AMOUNT, BAD_TIME
 */
export function lookAlike(stream: Stream, kind: ScamKind, language: number, facts: MessageFacts): Message {
  return write(stream, ofKind(COMPILED_LOOK_ALIKES, kind), language, facts);
}
