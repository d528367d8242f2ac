import type { Client } from 'pg';
import { connect } from '../src/platform/database/roles.js';
import { type Api, application, sha256, type Tenant, TestService } from './support/service.js';

interface Issued {
  secret: string;
  token: { id: string; prefix: string; roles: string[]; expiresAt: string; lastUsedAt: string | null };
  person: { id: string };
}

const ISSUED = 'secret token { id prefix roles expiresAt lastUsedAt } person { id }';
const WHO = '{ viewer { person { name } roles } }';

describe('API tokens', () => {
  let service: TestService;
  let admin: Client;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await TestService.start({ powers: ['api'] });
    admin = await connect(service.database.admin);
    tenant = await service.admitTenant();
  });

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  const issue = (api: Api, input: Record<string, unknown> = {}): Promise<Issued> =>
    api.done<Issued>('issueToken', 'TokenIssued', ISSUED, { label: 'test', ...input });

  test('of a token only its hash and the first characters are kept, nowhere the secret', async () => {
    const { secret, token } = await issue(tenant.api);
    expect(secret).toMatch(/^sbx_[A-Za-z0-9_-]{43}$/);
    expect(token.prefix).toBe(secret.slice(0, 10));
    const { rows } = await admin.query<{ row: string; hash: Buffer }>(
      `SELECT t::text AS row, hash FROM sandbox.api_token t WHERE id = $1`,
      [token.id],
    );
    expect(rows[0]?.hash.toString('hex')).toBe(sha256(secret));
    // In no table at all: not in the audit trail, not among the jobs.
    const { rows: tables } = await admin.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('sandbox', 'pgboss')`,
    );
    for (const { name } of tables) {
      const { rows: found } = await admin.query(
        `SELECT 1 FROM ${name} t WHERE position($1 in t::text) > 0 LIMIT 1`,
        [secret.slice(10, 40)],
      );
      expect([name, found]).toEqual([name, []]);
    }
  });

  test('a token expires, to the moment', async () => {
    const { secret, token } = await issue(tenant.api, { expiresInDays: 1 });
    const lifetime = Date.parse(token.expiresAt) - Date.now();
    expect(lifetime).toBeGreaterThan(86_400_000 - 60_000);
    expect(lifetime).toBeLessThanOrEqual(86_400_000);
    const api = service.client(secret);
    expect(await api.codes(WHO)).toEqual([]);
    await admin.query('UPDATE sandbox.api_token SET expires_at = now() WHERE id = $1', [token.id]);
    const refused = await api.ask(WHO);
    expect(refused.status).toBe(401);
    expect(refused.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect((await api.get('/reports/x/report.json')).status).toBe(401);
    for (const expiresInDays of [0, -1, 367]) {
      expect(
        await tenant.api.codes(
          'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { __typename } }',
          { input: { label: 'x', expiresInDays } },
        ),
      ).toEqual(['BAD_USER_INPUT']);
    }
  });

  test('revocation works at once and for ever', async () => {
    const { secret, token } = await issue(tenant.api);
    const api = service.client(secret);
    expect(await api.codes(WHO)).toEqual([]);
    const revoke = (): Promise<{ revokedAt: string }> =>
      tenant.api.value('mutation ($id: ID!) { revokeToken(input: { tokenId: $id }) { revokedAt } }', {
        id: token.id,
      });
    const { revokedAt } = await revoke();
    expect(await api.codes(WHO)).toEqual(['UNAUTHENTICATED']);
    expect((await revoke()).revokedAt).toBe(revokedAt);
    expect(await api.codes(WHO)).toEqual(['UNAUTHENTICATED']);
  });

  test('the last use is noted', async () => {
    const { secret, token } = await issue(tenant.api);
    expect(token.lastUsedAt).toBeNull();
    await service.client(secret).ask(WHO);
    const { edges } = await tenant.api.value<{
      edges: { node: { id: string; lastUsedAt: string | null } }[];
    }>('{ apiTokens(first: 100) { edges { node { id lastUsedAt } } } }');
    const used = edges.find(({ node }) => node.id === token.id)?.node.lastUsedAt ?? '';
    expect(Math.abs(Date.now() - Date.parse(used))).toBeLessThan(60_000);
  });

  test('a single-use token works once, also when many hold it at the same time', async () => {
    // The first operator's was spent by the service's start.
    expect(await service.client(service.firstOperatorToken).codes(WHO)).toEqual(['UNAUTHENTICATED']);
    const { secret, token } = await issue(service.operator);
    await admin.query('UPDATE sandbox.api_token SET single_use = true WHERE id = $1', [token.id]);
    const codes = await Promise.all(Array.from({ length: 8 }, () => service.client(secret).codes(WHO)));
    expect(codes.filter((list) => list.length === 0)).toHaveLength(1);
    expect(codes.flat()).toEqual(Array.from({ length: 7 }, () => 'UNAUTHENTICATED'));
  });

  test("the first operator's token expires within the hour", async () => {
    const { rows } = await admin.query<{ seconds: number; single_use: boolean }>(
      `SELECT extract(epoch FROM expires_at - created_at)::float AS seconds, single_use FROM sandbox.api_token
       WHERE label = 'first operator token'`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.single_use).toBe(true);
    expect(rows[0]?.seconds).toBeLessThanOrEqual(3_601);
  });

  test('headers of another form are refused in the same words', async () => {
    const { secret } = await issue(tenant.api);
    const forms = [
      secret,
      `Basic ${secret}`,
      `Bearer ${secret}x`,
      `Bearer ${secret.slice(0, -1)}`,
      'Bearer ',
      `Bearer  ${secret}`,
    ];
    for (const authorization of forms) {
      const answer = await service.client(null).post(JSON.stringify({ query: WHO }), { authorization });
      expect([authorization, answer.status, answer.errors?.[0]?.extensions?.code]).toEqual([
        authorization,
        401,
        'UNAUTHENTICATED',
      ]);
    }
  });

  test('an administrator invites people of its own tenant with roles of its kind, and nobody else', async () => {
    const invite = (input: Record<string, unknown>): Record<string, unknown> => ({
      name: 'Dev',
      email: 'dev@startup.example',
      roles: ['TENANT_DEVELOPER'],
      ...input,
    });
    const { secret, person } = await tenant.api.done<Issued>(
      'invitePerson',
      'TokenIssued',
      ISSUED,
      invite({}),
    );
    const developer = service.client(secret);
    expect(await developer.value<{ roles: string[] }>(WHO)).toMatchObject({ roles: ['TENANT_DEVELOPER'] });
    expect(await tenant.api.failed('invitePerson', invite({ email: 'DEV@startup.example' }))).toMatchObject({
      code: 'EMAIL_TAKEN',
    });
    for (const role of ['OPERATOR', 'REVIEWER']) {
      const failure = await tenant.api.failed(
        'invitePerson',
        invite({ email: 'x@y.example', roles: [role] }),
      );
      expect(failure.code).toBe('ROLE_NOT_AVAILABLE');
    }
    // A developer administrates nobody.
    for (const mutation of [
      'mutation { issueToken(input: { label: "x" }) { __typename } }',
      'mutation { invitePerson(input: { name: "a", email: "a@b.example", roles: [TENANT_DEVELOPER] }) { __typename } }',
    ]) {
      expect(await developer.codes(mutation)).toEqual(['FORBIDDEN']);
    }
    // No token has more than its person.
    expect(
      await tenant.api.failed('issueToken', {
        label: 'x',
        personId: person.id,
        roles: ['TENANT_ADMINISTRATOR'],
      }),
    ).toMatchObject({ code: 'ROLE_NOT_AVAILABLE' });
    const other = await service.admitTenant();
    const invited = 'mutation ($input: InvitePersonInput!) { invitePerson(input: $input) { __typename } }';
    expect(
      await tenant.api.codes(invited, { input: invite({ email: 'z@y.example', organisationId: other.id }) }),
    ).toEqual(['NOT_FOUND']);
  });

  test('a token may hold fewer roles than its person, and then does less', async () => {
    const { secret } = await issue(tenant.api, { roles: ['TENANT_ADMINISTRATOR'] });
    const register =
      'mutation { registerModel(input: { name: "a", purpose: "b", owner: "c" }) { __typename } }';
    expect(await service.client(secret).codes(register)).toEqual(['FORBIDDEN']);
    expect(await service.client(secret).codes('{ apiTokens { edges { cursor } } }')).toEqual([]);
  });

  test("an operator mints no second live token for another organisation's person", async () => {
    const { person } = await tenant.api.value<{ person: { id: string } }>('{ viewer { person { id } } }');
    const attempt = { label: 'borrowed', personId: person.id };
    expect(await service.operator.failed('issueToken', attempt)).toMatchObject({ code: 'TOKEN_STILL_LIVE' });
    const { first } = await service.authority();
    const reviewer = await first.value<{ person: { id: string } }>('{ viewer { person { id } } }');
    expect(
      await service.operator.failed('issueToken', { label: 'x', personId: reviewer.person.id }),
    ).toMatchObject({
      code: 'TOKEN_STILL_LIVE',
    });
    // Somebody who has lost every token is helped, and the audit trail says so.
    const lost = await service.admitTenant();
    const owner = await lost.api.value<{ person: { id: string } }>('{ viewer { person { id } } }');
    await admin.query('UPDATE sandbox.api_token SET expires_at = now() WHERE person_id = $1', [
      owner.person.id,
    ]);
    const helped = await issue(service.operator, { personId: owner.person.id });
    expect(await service.client(helped.secret).codes(WHO)).toEqual([]);
  });

  test('an application is admitted once, and its token shown once', async () => {
    const { applicationId } = await service
      .client(null)
      .done<{ applicationId: string }>(
        'applyForAdmission',
        'ApplicationReceipt',
        'applicationId',
        application('Once'),
      );
    await service.operator.done('admitTenant', 'TenantAdmitted', 'issued { secret }', { applicationId });
    expect(await service.operator.failed('admitTenant', { applicationId })).toMatchObject({
      code: 'APPLICATION_SETTLED',
    });
  });
});
