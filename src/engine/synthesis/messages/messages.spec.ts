import fc from 'fast-check';

import { InputError } from '../../input-error.js';
import { keyOfSeed, Stream } from '../random.js';
import {
  CHINESE_PEOPLE,
  compose,
  LANGUAGES,
  lookAlike,
  MEDIA,
  PEOPLE,
  SCAM_KINDS,
  TEMPLATES,
  type Message,
  type MessageFacts,
  type MessageTemplate,
} from './index.js';
import { ORGANISATIONS, THINGS } from './organisations.js';
import { casualAmount, dateText, formalAmount } from './slots.js';

const FACTS: MessageFacts = { amountCents: 1_234_550, time: 73 * 86_400 + 51_300, payee: 'Payee Of Facts' };
const HAN = /\p{Script=Han}/gu;

function scenarioOf(template: { id: string }): string {
  return template.id.slice(0, template.id.lastIndexOf('.'));
}

const SCENARIOS = new Map<string, MessageTemplate[]>();
for (const template of TEMPLATES) {
  SCENARIOS.set(scenarioOf(template), [...(SCENARIOS.get(scenarioOf(template)) ?? []), template]);
}

const BY_ID = new Map(TEMPLATES.map((template) => [template.id, template]));

/** The two-byte characters of an encoding, decoded by the platform: an independent list of what a script has. */
function repertoire(encoding: string, leads: readonly [number, number][]): Set<string> {
  const decoder = new TextDecoder(encoding);
  const found = new Set<string>();
  for (const [first, final] of leads) {
    for (let lead = first; lead <= final; lead += 1) {
      for (let trail = 0x40; trail <= 0xfe; trail += 1) {
        const text = decoder.decode(Uint8Array.of(lead, trail));
        if ([...text].length === 1) found.add(text);
      }
    }
  }
  return found;
}

/** Big5 proper (A4 … F9), without the extensions that hold Simplified forms, and written Cantonese beside it. */
const TRADITIONAL = repertoire('big5', [
  [0xa4, 0xc6],
  [0xc9, 0xf9],
]);
for (const character of '咗喺冇哋啲嚟嗰嘢咁攞埗嘅㗎啱吓啫枱揸衞') TRADITIONAL.add(character);

/** GB 2312: the second byte begins at A1, which leaves the Traditional part of GBK out. */
const SIMPLIFIED = (() => {
  const decoder = new TextDecoder('gbk');
  const found = new Set<string>();
  for (let lead = 0xb0; lead <= 0xf7; lead += 1) {
    for (let trail = 0xa1; trail <= 0xfe; trail += 1) found.add(decoder.decode(Uint8Array.of(lead, trail)));
  }
  for (const placeCharacter of '埗') found.add(placeCharacter);
  return found;
})();

/** In both repertoires, but each at home in one script only in the words used here. */
const NOT_TRADITIONAL = /后(?![宮座母])|里(?!程)|发|面条|干嘛|于|几|体|云/u;
const NOT_SIMPLIFIED = /[於著瞭乾裏徵係嘅唔咗喺佢畀冇哋啲嚟睇搵]/u;

function strangers(text: string, script: ReadonlySet<string>): string[] {
  return (text.match(HAN) ?? []).filter((character) => !script.has(character));
}

function stream(index: number): Stream {
  return new Stream(keyOfSeed('messages'), index);
}

/** Enough messages of every kind, honest and not, to meet each template. */
const SAMPLE: { message: Message; language: number }[] = [];
for (const [place, kind] of SCAM_KINDS.entries()) {
  for (let i = 0; i < 60; i += 1) {
    for (const language of [0, 1, 2]) {
      SAMPLE.push({ message: compose(stream(place * 100 + i), kind, language, FACTS), language });
      SAMPLE.push({ message: lookAlike(stream(place * 100 + i), kind, language, FACTS), language });
    }
  }
}

describe('templates', () => {
  it('have ids of their own, and each scenario its three languages with the same slots, steps and medium', () => {
    expect(BY_ID.size).toBe(TEMPLATES.length);
    for (const [, trio] of SCENARIOS) {
      expect(trio.map((template) => template.language)).toEqual(LANGUAGES);
      expect(new Set(trio.map((template) => template.slots.join())).size).toBe(1);
      expect(new Set(trio.map((template) => template.text.split('\n').length)).size).toBe(1);
      expect(MEDIA).toContain(trio[0]?.medium);
    }
  });

  it('cover every kind with at least five scams and four honest look-alikes', () => {
    for (const kind of SCAM_KINDS) {
      const trios = [...SCENARIOS.values()].flatMap((trio) => trio[0] ?? []);
      expect(trios.filter((template) => template.typology === kind).length).toBeGreaterThanOrEqual(5);
      expect(trios.filter((template) => template.lookAlikeOf === kind).length).toBeGreaterThanOrEqual(4);
    }
    expect(TEMPLATES.every((t) => (t.typology === 'LEGITIMATE') === (t.lookAlikeOf !== undefined))).toBe(
      true,
    );
  });

  it('mark registered senders with # on honest messages alone, and not on all of those', () => {
    const text = TEMPLATES.filter((template) => template.medium === 'SMS');
    const marked = text.filter((template) => template.sender.startsWith('#'));
    expect(marked.length).toBeGreaterThan(20);
    expect(marked.every((template) => template.typology === 'LEGITIMATE')).toBe(true);
    expect(text.some((t) => t.typology === 'LEGITIMATE' && !t.sender.startsWith('#'))).toBe(true);
  });

  it('tell calls as turns that begin with the caller and end with the other', () => {
    for (const template of TEMPLATES.filter(({ medium }) => medium === 'PHONE_CALL')) {
      const speakers = template.text.split('\n').map((line) => line.slice(0, line.search(/[:：]/)));
      expect(speakers.length % 2).toBe(0);
      expect(new Set(speakers).size).toBe(2);
      speakers.forEach((speaker, i) => expect(speaker).toBe(speakers[i % 2]));
    }
  });

  it('keep to one script', () => {
    const wrong = SAMPLE.flatMap(({ message, language }) => {
      const shown = `${message.sender}\n${message.text}`;
      if (language === 2) return (shown.match(HAN) ?? []).map((c) => `${message.templateId} ${c}`);
      const found = strangers(shown, language === 0 ? TRADITIONAL : SIMPLIFIED);
      const habit = (language === 0 ? NOT_TRADITIONAL : NOT_SIMPLIFIED).exec(shown)?.[0];
      return [...found, ...(habit === undefined ? [] : [habit])].map((c) => `${message.templateId} ${c}`);
    });
    expect([...new Set(wrong)]).toEqual([]);
    expect(strangers('汇钱', TRADITIONAL)).toEqual(['汇', '钱']);
    expect(strangers('匯錢', SIMPLIFIED)).toEqual(['匯', '錢']);
  });

  it('speak Cantonese between people', () => {
    const talk = TEMPLATES.filter(
      ({ language, medium }) => language === LANGUAGES[0] && medium !== 'SMS' && medium !== 'EMAIL',
    );
    const formal = talk.filter(({ text }) => !/[係嘅唔咗喺佢畀冇哋啲嚟俾呀喇啦先未嗰仲]/u.test(text));
    expect(formal.map(({ id }) => id)).toEqual([]);
  });
});

describe('names', () => {
  it('are written in the script of the language', () => {
    for (const organisations of Object.values(ORGANISATIONS)) {
      for (const { id, name } of organisations) {
        expect(id).toMatch(/^[A-Za-z]{3,11}$/);
        expect([...strangers(name[0], TRADITIONAL), ...strangers(name[1], SIMPLIFIED)]).toEqual([]);
        expect(name[2]).not.toMatch(HAN);
      }
    }
    for (const thing of Object.values(THINGS).flat()) {
      expect([...strangers(thing[0], TRADITIONAL), ...strangers(thing[1], SIMPLIFIED)]).toEqual([]);
    }
    PEOPLE[0].forEach((name, i) => {
      expect([...strangers(name, TRADITIONAL), ...strangers(PEOPLE[1][i] ?? '', SIMPLIFIED)]).toEqual([]);
      expect(PEOPLE[2][i]).toMatch(/^[A-Z][A-Za-z ]+$/);
      expect(/\p{Script=Han}/u.test(name)).toBe(i < CHINESE_PEOPLE);
    });
  });
});

describe('messages', () => {
  it('fill every slot and meet every template', () => {
    for (const { message } of SAMPLE) {
      expect(`${message.sender}\n${message.text}`).not.toMatch(/[{}]|undefined|NaN/);
      expect(message.text.split('\n').every((line) => line.trim().length > 0)).toBe(true);
    }
    expect(new Set(SAMPLE.map(({ message }) => message.templateId)).size).toBe(TEMPLATES.length);
  });

  it('link only to reserved domains and name only numbers that nobody can have', () => {
    for (const { message } of SAMPLE) {
      const all = `${message.sender} ${message.text}`;
      const hosts = all.match(/(?:https?:\/\/|@)[a-z0-9.-]+/gi) ?? [];
      expect(hosts.filter((host) => !/\.example$/.test(host))).toEqual([]);
      expect((all.match(/\b\d{4} \d{4}\b/g) ?? []).filter((phone) => !/^[01]/.test(phone))).toEqual([]);
    }
  });

  it('agree with their facts to the cent, and repeat for the same draws', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(...SCAM_KINDS),
        fc.nat(2),
        fc.integer({ min: 0, max: 900_000_000 }),
        fc.integer({ min: 0, max: 365 * 86_400 - 1 }),
        (index, kind, language, amountCents, time) => {
          const facts: MessageFacts = { amountCents, time, payee: ['收款人甲', '收款人乙', 'Payee C'] };
          for (const write of [compose, lookAlike]) {
            const message = write(stream(index), kind, language, facts);
            expect(write(stream(index), kind, language, facts)).toEqual(message);
            const slots = BY_ID.get(message.templateId)?.slots ?? [];
            const digits = message.text.replaceAll(',', '');
            const dollars = String(Math.floor(amountCents / 100));
            const cents = String(amountCents % 100).padStart(2, '0');
            if (slots.includes('amount')) expect(digits).toContain(`${dollars}.${cents}`);
            if (slots.includes('money'))
              expect(digits).toContain(cents === '00' ? dollars : `${dollars}.${cents}`);
            if (slots.includes('payee')) {
              expect(message.text).toContain(['收款人甲', '收款人乙', 'Payee C'][language]);
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('tell one scenario with the same particulars in every language', () => {
    for (let i = 0; i < 300; i += 1) {
      const kind = SCAM_KINDS[i % SCAM_KINDS.length] ?? 'SHOPPING';
      const trio = LANGUAGES.map((_, language) => compose(stream(i), kind, language, FACTS));
      expect(new Set(trio.map(({ templateId }) => scenarioOf({ id: templateId }))).size).toBe(1);
      const particulars = trio.map(({ text }) =>
        (text.replaceAll(',', '').match(/\d{4} \d{4}|\d{6,8}|https:\S+/g) ?? []).sort().join(),
      );
      expect(new Set(particulars).size).toBe(1);
    }
  });

  it('leave the stream at the same place whatever the language and the level', () => {
    for (let i = 0; i < 200; i += 1) {
      const kind = SCAM_KINDS[i % SCAM_KINDS.length] ?? 'SHOPPING';
      const after = [0, 1, 2].flatMap((language) =>
        ([1, 2, 3] as const).map((level) => {
          const draws = stream(i);
          compose(draws, kind, language, {
            ...FACTS,
            level,
            victimName: level === 2 ? 'A Victim' : 'Another',
          });
          return draws.next();
        }),
      );
      expect(new Set(after).size).toBe(1);
    }
  });

  it('grow with the level of a scam, and end with its demand', () => {
    let longer = 0;
    for (let i = 0; i < 200; i += 1) {
      const kind = SCAM_KINDS[i % SCAM_KINDS.length] ?? 'SHOPPING';
      const told = ([1, 2, 3] as const).map((level) => compose(stream(i), kind, 0, { ...FACTS, level }));
      expect(told[2]?.escalation).toBe(3);
      expect(told[1]?.text.startsWith(told[0]?.text ?? '?')).toBe(true);
      expect(told[2]?.text.startsWith(told[1]?.text ?? '?')).toBe(true);
      if ((told[2]?.text.length ?? 0) > (told[0]?.text.length ?? 0)) longer += 1;
      expect(lookAlike(stream(i), kind, 0, FACTS).escalation).toBe(0);
    }
    expect(longer).toBeGreaterThan(100);
  });

  it('draw honest messages of every kind, and name the person given', () => {
    const honest = Array.from({ length: 400 }, (_, i) => compose(stream(i), 'LEGITIMATE', 2, FACTS));
    expect(honest.every(({ templateId }) => BY_ID.get(templateId)?.typology === 'LEGITIMATE')).toBe(true);
    expect(new Set(honest.map(({ templateId }) => BY_ID.get(templateId)?.lookAlikeOf)).size).toBe(
      SCAM_KINDS.length,
    );
    const addressed = [...BY_ID.keys()].filter((id) => BY_ID.get(id)?.slots.includes('victim'));
    const named = Array.from({ length: 400 }, (_, i) =>
      compose(stream(i), 'LEGITIMATE', i % 3, { ...FACTS, victimName: ['張甲', '张甲', 'Given Name'] }),
    ).filter(({ templateId }) => addressed.includes(templateId));
    expect(named.length).toBeGreaterThan(50);
    expect(named.every(({ text }) => /張甲|张甲|Given Name/.test(text))).toBe(true);
  });

  it('refuse what they cannot write', () => {
    const refusal = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return error instanceof InputError ? error.code : error;
      }
      return 'accepted';
    };
    expect(refusal(() => compose(stream(0), 'SHOPPING', 3, FACTS))).toBe('BAD_LANGUAGE');
    expect(refusal(() => compose(stream(0), 'NONE' as 'SHOPPING', 0, FACTS))).toBe('UNKNOWN_SCAM');
    expect(refusal(() => lookAlike(stream(0), 'LEGITIMATE' as 'SHOPPING', 0, FACTS))).toBe('UNKNOWN_SCAM');
    for (const amountCents of [-1, 0.5, Number.NaN, 2 ** 60]) {
      expect(refusal(() => compose(stream(0), 'TICKET', 0, { ...FACTS, amountCents }))).toBe('BAD_AMOUNT');
    }
    expect(refusal(() => compose(stream(0), 'TICKET', 0, { ...FACTS, time: Infinity }))).toBe('BAD_TIME');
  });
});

describe('figures', () => {
  it('are written as each language writes them', () => {
    expect([0, 1, 2].map((language) => formalAmount(1_234_550, language))).toEqual([
      '港幣12,345.50元',
      '港币12,345.50元',
      'HK$12,345.50',
    ]);
    expect([0, 1, 2].map((language) => casualAmount(100_000_500, language))).toEqual([
      '1,000,005蚊',
      '1000005港币',
      '$1,000,005',
    ]);
    expect([0, 1, 2].map((language) => casualAmount(120_050, language))).toEqual([
      '$1,200.50',
      '1200.50港币',
      '$1,200.50',
    ]);
    expect([0, 58, 59, 364, 365, -1].map((day) => dateText(day, 2))).toEqual([
      '1 January',
      '28 February',
      '1 March',
      '31 December',
      '1 January',
      '31 December',
    ]);
  });
});
