import { randomUUID } from 'node:crypto';
import { connect } from '../src/platform/database/roles.js';
import { type Answer, type Api, TestService } from './support/service.js';

const page = (inside: string, first = 100): string => `(first: ${first}) { edges { node { ${inside} } } }`;

/** Of a model: its versions with their models with their versions …, four levels a turn. */
function versionsOfModels(turns: number): string {
  return turns === 0
    ? 'id'
    : `versions(first: 1) { edges { node { model { ${versionsOfModels(turns - 1)} } } } }`;
}

describe('limits and errors', () => {
  let service: TestService;
  let tenant: Api;

  beforeAll(async () => {
    service = await TestService.start({ powers: ['api'] });
    tenant = (await service.admitTenant()).api;
  });

  afterAll(async () => service?.close());

  const code = (answer: Answer): unknown => answer.errors?.[0]?.extensions?.code;

  test('nesting is limited to 12', async () => {
    const nested = (turns: number): string =>
      `{ models(first: 1) { edges { node { ${versionsOfModels(turns)} } } } }`;
    expect(await tenant.codes(nested(2))).toEqual([]);
    const refused = await tenant.ask(nested(3));
    expect(code(refused)).toBe('QUERY_TOO_EXPENSIVE');
    expect(refused.status).toBe(400);
    expect(refused.data ?? null).toBeNull();
  });

  test('depth cannot be hidden in a fragment, and fragments in a circle are refused', async () => {
    const hidden = `{ models(first: 1) { edges { node { ...a } } } }
      fragment a on Model { versions(first: 1) { edges { node { model { ...b } } } } }
      fragment b on Model { versions(first: 1) { edges { node { model { ...c } } } } }
      fragment c on Model { versions(first: 1) { edges { node { model { id } } } } }`;
    expect(code(await tenant.ask(hidden))).toBe('QUERY_TOO_EXPENSIVE');
    const circle = `{ models { edges { node { ...a } } } } fragment a on Model { versions { edges { node { model { ...a } } } } }`;
    const answer = await tenant.ask(circle);
    expect(answer.status).toBe(400);
    expect(['GRAPHQL_VALIDATION_FAILED', 'QUERY_TOO_EXPENSIVE']).toContain(code(answer));
  });

  test('cost counts the sizes of lists, however they are given', async () => {
    const expensive = `{ models${page(`versions${page('id')}`)} }`;
    const answer = await tenant.ask(expensive);
    expect(code(answer)).toBe('QUERY_TOO_EXPENSIVE');
    expect(answer.errors?.[0]?.extensions).toMatchObject({ limit: 5_000 });
    expect(answer.errors?.[0]?.extensions?.['cost']).toBeGreaterThan(10_000);
    const byVariable = `query ($n: Int!) { models(first: $n) { edges { node { versions(first: $n) { edges { node { id } } } } } } }`;
    expect(code(await tenant.ask(byVariable, { n: 100 }))).toBe('QUERY_TOO_EXPENSIVE');
    expect(await tenant.codes(byVariable, { n: 10 })).toEqual([]);
    const byDefault = byVariable.replace('Int!', 'Int! = 100');
    expect(code(await tenant.ask(byDefault))).toBe('QUERY_TOO_EXPENSIVE');
    const inFragment = `{ models(first: 100) { edges { node { ...v } } } } fragment v on Model { versions${page('id')} }`;
    expect(code(await tenant.ask(inFragment))).toBe('QUERY_TOO_EXPENSIVE');
    // Three wide pages side by side are one request's cost too.
    const besides = Array.from({ length: 20 }, (_, n) => `a${n}: models${page('id name')}`).join(' ');
    expect(code(await tenant.ask(`{ ${besides} }`))).toBe('QUERY_TOO_EXPENSIVE');
  });

  test('only the operation that is asked for counts, and none of several is an error of its own', async () => {
    const two = `query cheap { __typename } query dear { models${page(`versions${page('id')}`)} }`;
    const chosen = await tenant.post(JSON.stringify({ query: two, operationName: 'cheap' }));
    expect(chosen.data).toEqual({ __typename: 'Query' });
    const unnamed = await tenant.post(JSON.stringify({ query: two }));
    expect(unnamed.status).toBe(400);
    expect(code(unnamed)).toBe('OPERATION_RESOLUTION_FAILURE');
  });

  test('pages have 1 to 100 elements', async () => {
    for (const first of [0, -1, 101, 2_147_483_647]) {
      expect(['BAD_USER_INPUT', 'QUERY_TOO_EXPENSIVE']).toContain(
        code(await tenant.ask(`{ models(first: ${first}) { edges { cursor } } }`)),
      );
    }
    expect(code(await tenant.ask(`{ models(first: 5, after: "nonsense") { edges { cursor } } }`))).toBe(
      'BAD_USER_INPUT',
    );
  });

  test('aliases and tokens are limited', async () => {
    const aliases = (count: number): string =>
      `{ ${Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(' ')} }`;
    expect(await tenant.codes(aliases(30))).toEqual([]);
    expect(code(await tenant.ask(aliases(31)))).toBe('QUERY_TOO_EXPENSIVE');
    const tokens = await tenant.ask(`{ ${'__typename '.repeat(2_001)} }`);
    expect(tokens.status).toBe(400);
    expect(code(tokens)).toBe('GRAPHQL_PARSE_FAILED');
    expect(tokens.errors?.[0]?.message).toContain('token');
  });

  test('the same limits hold on the socket, which takes subscriptions alone', async () => {
    const run = `subscription ($id: ID!) { runChanged(id: $id)`;
    const id = randomUUID();
    const dear = await tenant.subscribe(
      `${run} { modelVersion { model { versions${page(`model { versions${page('id')} }`)} } } } }`,
      { id },
    );
    expect(dear.errors[0]?.extensions?.code).toBe('QUERY_TOO_EXPENSIVE');
    const nested = await tenant.subscribe(`${run} { modelVersion { model { ${versionsOfModels(3)} } } } }`, {
      id,
    });
    expect(nested.errors[0]?.extensions?.code).toBe('QUERY_TOO_EXPENSIVE');
    const aliased = Array.from({ length: 31 }, (_, n) => `a${n}: id`).join(' ');
    expect((await tenant.subscribe(`${run} { ${aliased} } }`, { id })).errors[0]?.extensions?.code).toBe(
      'QUERY_TOO_EXPENSIVE',
    );
    const tokens = await tenant.subscribe(`${run} { ${'id '.repeat(2_001)} } }`, { id });
    expect(tokens.errors[0]?.extensions?.code).toBe('GRAPHQL_PARSE_FAILED');
    const twice = await tenant.subscribe(
      `subscription a { runChanged(id: "x") { id } } subscription b { runChanged(id: "x") { id } }`,
    );
    expect(twice.errors[0]?.extensions?.code).toBe('OPERATION_RESOLUTION_FAILURE');
    expect((await tenant.subscribe(`${run} { nothing } }`, { id })).errors[0]?.extensions?.code).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    expect((await tenant.subscribe(`${run} { id } }`, {})).errors[0]?.extensions?.code).toBe(
      'BAD_USER_INPUT',
    );
    expect((await tenant.subscribe(`${run} { id } }`, { id })).errors).toEqual([
      expect.objectContaining({ message: 'Run not found.', extensions: { code: 'NOT_FOUND' } }),
    ]);
    for (const token of [null, `sbx_${'x'.repeat(43)}`, 'nonsense']) {
      const refused = await service.client(token).subscribe(`${run} { id } }`, { id });
      expect(refused.errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    }
    const query = await tenant.subscribe('{ viewer { roles } }');
    expect(query.values).toEqual([]);
    expect(query.errors[0]?.message).toContain('over HTTP');
  });

  test('what is malformed is a 4xx with a code', async () => {
    const cases: [body: string, status: number, code: string][] = [
      ['{"query": ', 400, 'BAD_REQUEST'],
      ['[]', 400, 'BAD_REQUEST'],
      ['{}', 400, 'BAD_REQUEST'],
      [JSON.stringify({ query: 7 }), 400, 'BAD_REQUEST'],
      [JSON.stringify({ query: '{ models { ' }), 400, 'GRAPHQL_PARSE_FAILED'],
      [JSON.stringify({ query: '{ nothing }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
      [
        JSON.stringify({ query: '{ models { edges { node { secret } } } }' }),
        400,
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        JSON.stringify({
          query: 'query ($n: Int) { models(first: $n) { edges { cursor } } }',
          variables: { n: 'ten' },
        }),
        400,
        'BAD_USER_INPUT',
      ],
      [
        JSON.stringify({ query: 'query ($id: ID!) { run(id: $id) { id } }', variables: {} }),
        400,
        'BAD_USER_INPUT',
      ],
      [JSON.stringify({ query: '{ __typename }', variables: 'none' }), 400, 'BAD_REQUEST'],
    ];
    for (const [body, status, expected] of cases) {
      const answer = await tenant.post(body);
      expect({ body, status: answer.status, code: code(answer) ?? codeOfHttp(answer) }).toEqual({
        body,
        status,
        code: expected,
      });
      expect(leaks(answer.text)).toEqual([]);
    }
    const form = await tenant.post('query={__typename}', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(form.status).toBeGreaterThanOrEqual(400);
    expect(form.status).toBeLessThan(500);
    const large = await tenant.post(JSON.stringify({ query: `{ __typename } # ${'x'.repeat(1_100_000)}` }));
    expect(large.status).toBe(413);
    expect(leaks(large.text)).toEqual([]);
  });

  test('problems of an input are told all at once, each with its path', async () => {
    const bad = await service
      .client(null)
      .ask(`mutation ($input: ApplyForAdmissionInput!) { applyForAdmission(input: $input) { __typename } }`, {
        input: {
          organisationName: '',
          contactName: 'x',
          contactEmail: 'nobody',
          useCase: 'x'.repeat(201),
          summary: 's',
        },
      });
    expect(code(bad)).toBe('BAD_USER_INPUT');
    expect(bad.errors?.[0]?.extensions?.problems?.map(({ field }) => field).sort()).toEqual([
      'contactEmail',
      'organisationName',
      'useCase',
    ]);
    const nested = await tenant.ask(
      `mutation ($input: CreateEvaluationPlanInput!) { createEvaluationPlan(input: $input) { __typename } }`,
      {
        input: {
          inputBindingId: randomUUID(),
          plan: {
            title: '',
            threshold: 0.5,
            criteria: [
              {
                id: '',
                metric: 'rocAuc',
                comparator: 'AT_LEAST',
                threshold: 0.5,
                source: { title: '', status: 'CONVENTION' },
                declaredBy: 'x',
              },
            ],
          },
        },
      },
    );
    expect(nested.errors?.[0]?.extensions?.problems?.map(({ field }) => field).sort()).toEqual([
      'plan.criteria.0.id',
      'plan.criteria.0.source.title',
      'plan.title',
    ]);
  });

  test('a request id is answered with, taken over where it is harmless, made where it is not', async () => {
    const own = await tenant.post(JSON.stringify({ query: '{ __typename }' }), {
      'x-request-id': 'case-17.a',
    });
    expect(own.headers.get('x-request-id')).toBe('case-17.a');
    const made = await tenant.post(JSON.stringify({ query: '{ __typename }' }), {
      'x-request-id': 'a b"<script>',
    });
    expect(made.headers.get('x-request-id')).toMatch(/^[\w.-]{8,}$/);
    expect(made.headers.get('x-request-id')).not.toContain('script');
    expect((await fetch(`${service.url}/health/live`)).headers.get('x-request-id')).toBeTruthy();
  });

  test('a fault of ours says nothing of its inside', async () => {
    const admin = await connect(service.database.admin);
    await admin.query('REVOKE SELECT ON sandbox.model FROM sandbox_api');
    try {
      const answer = await tenant.ask('{ models { edges { node { id } } } }');
      expect(code(answer)).toBe('INTERNAL_SERVER_ERROR');
      expect(leaks(answer.text)).toEqual([]);
      expect(answer.headers.get('x-request-id')).toBeTruthy();
      await admin.query('REVOKE SELECT ON sandbox.run FROM sandbox_api');
      const pushed = await tenant.subscribe('subscription { runChanged(id: "' + randomUUID() + '") { id } }');
      expect(pushed.errors[0]?.extensions?.code).toBe('INTERNAL_SERVER_ERROR');
      expect(leaks(JSON.stringify(pushed))).toEqual([]);
    } finally {
      await admin.query('GRANT SELECT ON sandbox.run TO sandbox_api');
      await admin.query('GRANT SELECT ON sandbox.model TO sandbox_api');
      await admin.end();
    }
    expect(await tenant.codes('{ models { edges { node { id } } } }')).toEqual([]);
  });

  test('plain routes answer with codes too', async () => {
    const nowhere = await fetch(`${service.url}/nowhere`);
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const traversal = await fetch(`${service.url}/datasets/..%2f..%2fetc/development/passwd`, {
      headers: tenant.headers,
    });
    expect(traversal.status).toBe(404);
    expect(leaks(await traversal.text())).toEqual([]);
  });

  test('health: alive, ready, and not ready once the database is gone', async () => {
    const own = await TestService.start({ powers: ['api'] });
    try {
      const name = own.database.admin.database;
      const inside = await connect(own.database.admin);
      // A launcher elsewhere: what it takes to be heard is `service-workers.spec.ts`' business.
      await inside.query(
        `INSERT INTO sandbox.worker (id, power, host, pid, state, heartbeat_at)
         VALUES (gen_random_uuid(), 'launcher', 'elsewhere', 1, 'READY', now() + interval '1 hour')`,
      );
      await inside.end();
      const ready = await fetch(`${own.url}/health/ready`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toEqual({
        status: 'ready',
        checks: { database: 'ok', jobs: 'ok', launchers: 'ok', service: 'ok' },
      });
      const admin = await connect({ ...own.database.admin, database: 'postgres' });
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
      const gone = await fetch(`${own.url}/health/ready`);
      expect(gone.status).toBe(503);
      const text = await gone.text();
      expect(JSON.parse(text)).toMatchObject({ status: 'not ready' });
      expect(leaks(text)).toEqual([]);
      expect((await fetch(`${own.url}/health/live`)).status).toBe(200);
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await admin.end();
      expect((await fetch(`${own.url}/health/ready`)).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});

function codeOfHttp(answer: Answer): unknown {
  return (JSON.parse(answer.text) as { error?: { code?: string } }).error?.code;
}

/** What must never be in an answer: stacks, files, statements. */
function leaks(text: string): string[] {
  return [
    /\bat \S+ \(/,
    /node_modules/,
    /\.[jt]s:\d/,
    /\/(tmp|work|home|root)\//,
    /SELECT |INSERT |permission denied/,
    /stacktrace/i,
  ]
    .map((pattern) => pattern.exec(text)?.[0])
    .filter((found) => found !== undefined);
}
