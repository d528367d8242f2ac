import * as fs from 'node:fs';
import * as http from 'node:http';
import * as path from 'node:path';
import type { Client } from 'pg';
import { connect } from '../src/platform/database/roles.js';
import {
  type Api,
  baseline,
  openVersion,
  type OpenedVersion,
  registerModel,
  sha256,
  TestService,
} from './support/service.js';

interface PutAnswer {
  status: number;
  code: string | undefined;
}

describe('uploads', () => {
  let service: TestService;
  let tenant: Api;
  let modelId: string;
  let admin: Client;
  const { bytes: model } = baseline('weak');

  beforeAll(async () => {
    service = await TestService.start({
      powers: ['launcher', 'api'],
      configuration: { uploadMaxBytes: 1_000_000 },
    });
    admin = await connect(service.database.admin);
    tenant = (await service.admitTenant()).api;
    modelId = await registerModel(tenant);
  });

  afterAll(async () => {
    await admin?.end();
    await service?.close();
  });

  /** Every file of the store of artefacts, drafts included. */
  function stored(): string[] {
    const root = path.join(service.data, 'objects', 'artefacts');
    return fs
      .readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.parentPath.slice(root.length + 1).replace(/\//g, '') + entry.name)
      .sort();
  }

  async function state(
    id: string,
  ): Promise<{ state: string; refusal: { code: string; message: string } | null }> {
    return tenant.value(`query ($id: ID!) { modelVersion(id: $id) { state refusal { code message } } }`, {
      id,
    });
  }

  /** A PUT whose headers and bytes are the caller's to choose. */
  function put(
    uploadUrl: string,
    body: Uint8Array,
    headers: http.OutgoingHttpHeaders = { 'content-length': body.length },
  ): Promise<PutAnswer> {
    const request = http.request(service.url + uploadUrl, { method: 'PUT', agent: false, headers });
    return new Promise((resolve, reject) => {
      request.once('error', reject);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          const parsed = JSON.parse(Buffer.concat(chunks).toString()) as { error?: { code?: string } };
          resolve({ status: response.statusCode ?? 0, code: parsed.error?.code });
        });
      });
      request.end(body);
    });
  }

  /** Refused: nothing kept, the version still waits. */
  async function expectUntouched(version: OpenedVersion, before: string[]): Promise<void> {
    expect(stored()).toEqual(before);
    expect(await state(version.id)).toEqual({ state: 'AWAITING_UPLOAD', refusal: null });
  }

  test('a wrong size, announced or not, is refused, and a good retry works', async () => {
    const version = await openVersion(tenant, modelId, model);
    const before = stored();
    expect(await put(version.uploadUrl, Buffer.concat([model, model]))).toEqual({
      status: 413,
      code: 'WRONG_SIZE',
    });
    expect(await put(version.uploadUrl, model.subarray(1))).toEqual({ status: 422, code: 'WRONG_SIZE' });
    const chunked = { 'transfer-encoding': 'chunked' };
    expect(await put(version.uploadUrl, Buffer.concat([model, model]), chunked)).toEqual({
      status: 413,
      code: 'TOO_LARGE',
    });
    expect(await put(version.uploadUrl, model.subarray(1), chunked)).toMatchObject({
      status: 422,
      code: 'TRUNCATED',
    });
    await expectUntouched(version, before);
    expect(await put(version.uploadUrl, model, chunked)).toEqual({ status: 200, code: undefined });
    expect(await state(version.id)).toEqual({ state: 'READY', refusal: null });
    expect(stored()).toEqual([...before, sha256(model)].sort());
  });

  test('a wrong digest is refused', async () => {
    const version = await openVersion(tenant, modelId, model);
    const before = stored();
    const other = Buffer.from(model);
    other[100] = (other[100] ?? 0) ^ 1;
    expect(await put(version.uploadUrl, other)).toEqual({ status: 422, code: 'DIGEST_MISMATCH' });
    await expectUntouched(version, before);
  });

  test('a connection that is cut midway leaves nothing', async () => {
    const version = await openVersion(tenant, modelId, model);
    const before = stored();
    const request = http.request(service.url + version.uploadUrl, {
      method: 'PUT',
      agent: false,
      headers: { 'content-length': model.length },
    });
    request.on('error', () => undefined);
    request.write(model.subarray(0, Math.floor(model.length / 2)));
    // The draft is there before the line is cut, so that there is something to clear away.
    while (stored().length === before.length) await new Promise((resolve) => setTimeout(resolve, 5));
    const closed = new Promise((resolve) => request.once('close', resolve));
    request.destroy();
    await closed;
    const deadline = Date.now() + 10_000;
    while (stored().length > before.length && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await expectUntouched(version, before);
    expect(await put(version.uploadUrl, model)).toMatchObject({ status: 200 });
  });

  test.each(['application/json', 'text/plain', undefined])(
    'bytes are bytes, whatever type they claim: %s',
    async (type) => {
      const version = await openVersion(tenant, modelId, model);
      const claimed = {
        'content-length': model.length,
        ...(type === undefined ? {} : { 'content-type': type }),
      };
      expect(await put(version.uploadUrl, model, claimed)).toEqual({ status: 200, code: undefined });
    },
  );

  test('no bytes at all are too few', async () => {
    const version = await openVersion(tenant, modelId, model);
    const before = stored();
    const none = new Uint8Array();
    expect(await put(version.uploadUrl, none, {})).toEqual({ status: 422, code: 'WRONG_SIZE' });
    expect(await put(version.uploadUrl, none, { 'transfer-encoding': 'chunked' })).toMatchObject({
      status: 422,
      code: 'TRUNCATED',
    });
    await expectUntouched(version, before);
  });

  test('a URL works once, until it expires, and only if it was given', async () => {
    const version = await openVersion(tenant, modelId, model);
    expect(await put(version.uploadUrl, model)).toMatchObject({ status: 200 });
    expect(await put(version.uploadUrl, model)).toEqual({ status: 409, code: 'UPLOAD_COMPLETED' });
    const expired = await openVersion(tenant, modelId, model);
    await admin.query(
      `UPDATE sandbox.upload SET expires_at = now() - interval '1 second' WHERE subject_id = $1`,
      [expired.id],
    );
    expect(await put(expired.uploadUrl, model)).toEqual({ status: 410, code: 'UPLOAD_EXPIRED' });
    expect(await put(`/uploads/${'x'.repeat(43)}`, model)).toEqual({ status: 404, code: 'NOT_FOUND' });
    const { rows } = await admin.query<{ found: boolean }>(
      `SELECT bool_or(position($1 in u::text) > 0) AS found FROM sandbox.upload u`,
      [version.uploadUrl.split('/').at(-1)],
    );
    expect(rows[0]?.found).toBe(false);
  });

  test('two uploads at once to one URL: one is taken', async () => {
    const version = await openVersion(tenant, modelId, model);
    const answers = await Promise.all(Array.from({ length: 4 }, () => put(version.uploadUrl, model)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'UPLOAD_COMPLETED')).toHaveLength(3);
  });

  test('a file larger than the service takes is refused before it is sent', async () => {
    const failure = await tenant.failed('createModelVersion', {
      modelId,
      label: 'large',
      artefactSha256: sha256('large'),
      artefactBytes: 1_000_001,
    });
    expect(failure.code).toBe('ARTEFACT_TOO_LARGE');
  });

  test.each([
    ['a text file of another name', Buffer.from('not a model at all\n'), 'NOT_ONNX'],
    ['a truncated model', model.subarray(0, Math.floor(model.length / 2)), 'NOT_ONNX'],
    ['a pickle', Buffer.from('\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.', 'latin1'), 'PICKLE'],
    ['a model with external data', externalDataModel(), 'EXTERNAL_DATA'],
  ])('%s is refused by the inspection', async (_what, bytes, code) => {
    const version = await openVersion(tenant, modelId, bytes);
    expect(await put(version.uploadUrl, bytes)).toEqual({ status: 422, code });
    const refused = await state(version.id);
    expect(refused).toMatchObject({ state: 'REFUSED', refusal: { code } });
    expect(refused.refusal?.message).not.toMatch(/\/tmp|node_modules|\.js/);
    expect(await put(version.uploadUrl, bytes)).toEqual({ status: 409, code: 'UPLOAD_COMPLETED' });
    const binding = `mutation ($input: CreateInputBindingInput!) { createInputBinding(input: $input) { __typename } }`;
    expect(
      await tenant.codes(binding, { input: { modelVersionId: version.id, datasetVersionId: version.id } }),
    ).toEqual(['NOT_FOUND']);
  });

  test('an inspection tells what the graph is', async () => {
    const version = await openVersion(tenant, modelId, model);
    await put(version.uploadUrl, model);
    const { inspection } = await tenant.value<{
      inspection: { inputs: { name: string }[]; outputs: { name: string }[] };
    }>(
      `query ($id: ID!) { modelVersion(id: $id) { inspection { inputs { name elementType shape } outputs { name elementType shape } } } }`,
      { id: version.id },
    );
    expect(inspection.inputs.map(({ name }) => name)).toEqual([baseline('weak').input]);
    expect(inspection.outputs.length).toBeGreaterThan(0);
  });
});

/** A field of a protocol buffer: its number, and bytes or a whole number. */
function field(number: number, value: Uint8Array | string | number): Buffer {
  const varint = (whole: number): Buffer => {
    const bytes: number[] = [];
    for (let rest = whole; ; rest = Math.floor(rest / 128)) {
      if (rest < 128) return Buffer.from([...bytes, rest]);
      bytes.push((rest % 128) + 128);
    }
  };
  if (typeof value === 'number') return Buffer.concat([varint(number * 8), varint(value)]);
  const bytes = Buffer.from(value as Uint8Array);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** ONNX by hand, after onnx.proto: y = x · w with w of 2 × 1 in a file outside of the model. */
function externalDataModel(): Buffer {
  const text = (value: string): Buffer => Buffer.from(value);
  const dimension = (size: number | string): Buffer =>
    field(1, typeof size === 'number' ? field(1, size) : field(2, text(size)));
  const tensorInfo = (name: string, columns: number): Buffer =>
    Buffer.concat([
      field(1, text(name)),
      field(
        2,
        field(1, Buffer.concat([field(1, 1), field(2, Buffer.concat([dimension('n'), dimension(columns)]))])),
      ),
    ]);
  const entry = (key: string, value: string): Buffer =>
    field(13, Buffer.concat([field(1, text(key)), field(2, text(value))]));
  const weights = Buffer.concat([
    field(1, 2),
    field(1, 1),
    field(2, 1),
    field(8, text('w')),
    entry('location', '/etc/passwd'),
    entry('offset', '0'),
    entry('length', '8'),
    field(14, 1),
  ]);
  const node = Buffer.concat([
    field(1, text('x')),
    field(1, text('w')),
    field(2, text('y')),
    field(4, text('MatMul')),
  ]);
  const graph = Buffer.concat([
    field(1, node),
    field(2, text('external')),
    field(5, weights),
    field(11, tensorInfo('x', 2)),
    field(12, tensorInfo('y', 1)),
  ]);
  return Buffer.concat([field(1, 8), field(7, graph), field(8, field(2, 17))]);
}
