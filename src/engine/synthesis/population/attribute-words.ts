import { type People } from './population.js';

/** Attributes have fewer than 16 values each, and so four bits in a word. */
const BITS = 4;
const MASK = 15;

/** Protected attributes, age band and control of every person, in the order in which tables have them. */
export const ATTRIBUTES = 7;

/** All of a person's attributes in one word: a row that needs them reads one place in memory and not seven. */
export function attributeWords(people: People): Int32Array {
  const columns = [
    people.sex,
    people.maritalStatus,
    people.familyStatus,
    people.race,
    people.disability,
    people.ageBand,
    people.control,
  ];
  const words = new Int32Array(people.count);
  columns.forEach((codes, place) => {
    for (let person = 0; person < people.count; person += 1)
      words[person] = (words[person] ?? 0) | ((codes[person] ?? 0) << (BITS * place));
  });
  return words;
}

type Column = Uint8Array;
type Seven = readonly [Column, Column, Column, Column, Column, Column, Column];

/** Room for the attributes of `rows` rows. */
export function attributeColumns(rows: number): Seven {
  const column = () => new Uint8Array(rows);
  return [column(), column(), column(), column(), column(), column(), column()];
}

/** Takes the word of the person of row `at` apart. */
export function putAttributes(word: number, columns: Seven, at: number): void {
  const [sex, marital, family, race, disability, age, control] = columns;
  sex[at] = word & MASK;
  marital[at] = (word >> BITS) & MASK;
  family[at] = (word >> (2 * BITS)) & MASK;
  race[at] = (word >> (3 * BITS)) & MASK;
  disability[at] = (word >> (4 * BITS)) & MASK;
  age[at] = (word >> (5 * BITS)) & MASK;
  control[at] = (word >> (6 * BITS)) & MASK;
}
