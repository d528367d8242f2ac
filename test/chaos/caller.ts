/** What became of a request: an answer, or none that one could build on. */
export type Outcome<T> = { kind: 'answered'; value: T } | { kind: 'lost'; reason: string };

const PATIENCE_MS = 20_000;

/** Somebody at the API who knows that a request whose answer was lost may have been carried out. */
export class Caller {
  readonly url: string;
  readonly token: string | null;

  constructor(url: string, token: string | null) {
    this.url = url;
    this.token = token;
  }

  /**
   * Asks once.
   *
   * @returns the value of the operation's only field; `lost` when the connection broke or the service said that the
   *   fault is its own
   * @throws Error for any other error: nothing that breaks may make the service blame its caller
   */
  async once<T>(query: string, variables: Record<string, unknown> = {}): Promise<Outcome<T>> {
    let text: string;
    try {
      const response = await fetch(`${this.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.headers },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      text = await response.text();
    } catch (error) {
      return { kind: 'lost', reason: String(error) };
    }
    const { data, errors } = JSON.parse(text) as {
      data?: Record<string, T> | null;
      errors?: { message: string; extensions?: { code?: string } }[];
    };
    const [error] = errors ?? [];
    if (error === undefined) return { kind: 'answered', value: Object.values(data ?? {})[0] as T };
    if (error.extensions?.code === 'INTERNAL_SERVER_ERROR') return { kind: 'lost', reason: error.message };
    throw new Error(`the API answered ${error.extensions?.code ?? 'nothing'}: ${error.message}`);
  }

  /** Asks until there is an answer: for what may be asked twice. */
  async ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.once<T>(query, variables);
      if (outcome.kind === 'answered') return outcome.value;
      if (attempt > 150) throw new Error(`no answer after ${attempt} requests: ${outcome.reason}`);
      await new Promise((resolve) => setTimeout(resolve, Math.min(2_000, 100 * attempt)));
    }
  }

  /** A mutation with one input whose result is a union, asked until it is answered. @throws Error for a failure */
  async done<T>(mutation: string, type: string, selection: string, input: object): Promise<T> {
    const value = await this.ask<T & { code?: string; message?: string }>(
      document(mutation, type, selection),
      {
        input,
      },
    );
    if (value.code !== undefined) throw new Error(`${mutation}: ${value.code}: ${value.message}`);
    return value;
  }

  /** PUTs bytes where an upload target says. */
  async put(place: string, bytes: Uint8Array): Promise<void> {
    const response = await fetch(this.url + place, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
    });
    if (!response.ok) throw new Error(`${place} was answered ${response.status}: ${await response.text()}`);
  }

  async bytes(place: string): Promise<Buffer> {
    const response = await fetch(this.url + place, { headers: this.headers });
    if (!response.ok) throw new Error(`${place} was answered ${response.status}: ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  private get headers(): Record<string, string> {
    return this.token === null ? {} : { authorization: `Bearer ${this.token}` };
  }
}

/** The text of a mutation with one input object and a union as its result. */
export function document(mutation: string, type: string, selection: string): string {
  const inputType = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  return `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { __typename ... on Failure { code message } ... on ${type} { ${selection} } } }`;
}
