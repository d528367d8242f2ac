import { GraphQLError } from 'graphql';
import { CodedError, notFound } from './errors.js';
import { errorFormatter } from './format-error.js';

describe('what leaves the service of an error', () => {
  const faults: unknown[] = [];
  const format = errorFormatter((error) => faults.push(error));
  const outward = (error: GraphQLError): unknown => format(error.toJSON(), error);

  beforeEach(() => faults.splice(0));

  test('a coded error goes out as it is, however often it was wrapped', () => {
    const coded = notFound('Run');
    const once = new GraphQLError(coded.message, { originalError: coded, path: ['run'] });
    const twice = new GraphQLError('GraphQL says', {
      originalError: once,
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    for (const error of [coded, once, twice]) {
      expect(outward(error)).toMatchObject({ message: 'Run not found.', extensions: { code: 'NOT_FOUND' } });
    }
    expect(faults).toEqual([]);
  });

  test('a fault of ours goes to the log whole, and outward as one sentence', () => {
    const fault = new Error('relation "sandbox.secret" does not exist at /srv/app.js:7');
    const sent = outward(new GraphQLError(fault.message, { originalError: fault, path: ['run'] }));
    expect(sent).toEqual({
      message: expect.stringContaining('Internal error') as string,
      path: ['run'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(JSON.stringify(sent)).not.toContain('secret');
    expect(faults).toEqual([fault]);
  });

  test("a fault cannot pass itself off under a caller's code", () => {
    const fault = Object.assign(new Error('inside'), { code: 'BAD_USER_INPUT' });
    expect(outward(new GraphQLError('inside', { originalError: fault }))).toMatchObject({
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  });

  test('stack traces and HTTP heads are taken out', () => {
    const error = new GraphQLError('Syntax', {
      extensions: { code: 'GRAPHQL_PARSE_FAILED', stacktrace: ['at x'], http: { status: 400 } },
    });
    expect(outward(error)).toEqual({ message: 'Syntax', extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
    const coded = new CodedError('UNAUTHENTICATED', 'Who?', { http: { status: 401 } });
    expect(outward(coded)).toEqual({ message: 'Who?', extensions: { code: 'UNAUTHENTICATED' } });
  });
});
