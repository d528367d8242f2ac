import { createClient } from 'graphql-ws';
import { readFile, stat } from 'node:fs/promises';

/** A person at the public API: what a startup's, a reviewer's or the operator's own program would be. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly token: string | null,
  ) {}

  /**
   * Runs an operation and gives the value of its only field.
   *
   * @throws Error with the API's own words, for errors and for union members that are failures
   */
  async run<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as {
      data?: Record<string, unknown>;
      errors?: { message: string }[];
    };
    if (errors?.[0] !== undefined) throw new Error(`the API answers: ${errors[0].message}`);
    const value = Object.values(data ?? {})[0];
    const failure = value as { code?: string; message?: string } | null | undefined;
    if (typeof failure?.code === 'string')
      throw new Error(`the API answers ${failure.code}: ${failure.message ?? ''}`);
    return value as T;
  }

  /** PUTs a file where an upload target says. @throws Error with the API's own words */
  async upload(path: string, file: string): Promise<void> {
    const { size } = await stat(file);
    const response = await fetch(this.url + path, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      body: await readFile(file),
    });
    if (!response.ok)
      throw new Error(`the upload of ${file} was answered ${response.status}: ${await response.text()}`);
  }

  /** The bytes behind one of the API's paths. */
  async download(path: string): Promise<Buffer> {
    const response = await fetch(this.url + path, {
      headers: this.token === null ? {} : { authorization: `Bearer ${this.token}` },
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Every value of a subscription's only field, over graphql-ws, until the service ends it. */
  async *subscribe<T>(query: string, variables: Record<string, unknown>): AsyncGenerator<T> {
    const client = createClient({
      url: `${this.url.replace(/^http/, 'ws')}/graphql`,
      connectionParams: { authorization: `Bearer ${this.token ?? ''}` },
      retryAttempts: 2,
    });
    try {
      for await (const { data, errors } of client.iterate<Record<string, T>>({ query, variables })) {
        if (errors?.[0] !== undefined) throw new Error(`the API answers: ${errors[0].message}`);
        const value = Object.values(data ?? {})[0];
        if (value !== undefined) yield value;
      }
    } finally {
      await client.dispose();
    }
  }
}
