import { CustomScalar, Scalar } from '@nestjs/graphql';
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

/** Any JSON document, where its shape is published elsewhere (a measurement, an inspection, a datasheet). */
export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'A JSON document; the field that holds it says where its shape is published.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

const SHA256 = /^[0-9a-f]{64}$/;

function sha256(value: unknown): string {
  if (typeof value === 'string' && SHA256.test(value)) return value;
  throw new GraphQLError('a Digest is a SHA-256 in 64 lower-case hexadecimal digits', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

/** A SHA-256, lower-case hexadecimal. */
export const DigestScalar = new GraphQLScalarType<string, string>({
  name: 'Digest',
  description: 'A SHA-256 digest: 64 lower-case hexadecimal digits.',
  serialize: sha256,
  parseValue: sha256,
  parseLiteral: (node: ValueNode) => sha256(node.kind === Kind.STRING ? node.value : undefined),
});

const safeInteger = (value: unknown): number => {
  const number = typeof value === 'bigint' || typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new GraphQLError('a Count is a whole number from 0 to 9007199254740991', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
};

/** Rows and bytes: a whole number that may exceed 32 bits. */
export const CountScalar = new GraphQLScalarType<number, number>({
  name: 'Count',
  description: 'A whole number of rows or bytes, 0 to 2^53 - 1.',
  serialize: safeInteger,
  parseValue: (value) => {
    if (typeof value === 'number') return safeInteger(value);
    throw new GraphQLError('a Count is a whole number', { extensions: { code: 'BAD_USER_INPUT' } });
  },
  parseLiteral: (node: ValueNode) => safeInteger(node.kind === Kind.INT ? node.value : undefined),
});

/** Kept so that Nest prints `DateTime` with a description of ours. */
@Scalar('DateTime', () => Date)
export class DateTimeScalar implements CustomScalar<string, Date> {
  description = 'A moment in UTC, ISO 8601 with milliseconds: 2026-01-31T08:00:00.000Z.';

  serialize(value: unknown): string {
    return (value instanceof Date ? value : new Date(value as string)).toISOString();
  }

  parseValue(value: unknown): Date {
    return moment(value);
  }

  parseLiteral(node: ValueNode): Date {
    return moment(node.kind === Kind.STRING ? node.value : undefined);
  }
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function moment(value: unknown): Date {
  const [text, year, month, day] = (typeof value === 'string' ? ISO.exec(value) : null) ?? [];
  if (text !== undefined) {
    const date = new Date(text);
    // A day that its month does not have would silently be one of the next.
    const exists =
      new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
    if (exists && !Number.isNaN(date.getTime())) return date;
  }
  throw new GraphQLError('a DateTime is ISO 8601 with a time zone: 2026-01-31T08:00:00Z', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
