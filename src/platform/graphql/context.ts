import DataLoader from 'dataloader';

/**
 * What one request knows: who asks, under which id it is logged, and its loaders. A loader lives as long as its
 * request, so that nobody is served from what another was allowed to see.
 */
export class RequestContext<TActor = unknown> {
  private readonly loaders = new Map<object, DataLoader<string, unknown>>();

  constructor(
    readonly actor: TActor | null,
    readonly requestId: string,
    /** network address of the caller, for rate limits; undefined inside tests and subscriptions */
    readonly address: string | undefined,
  ) {}

  /**
   * The request's loader of a kind, made on first use.
   *
   * @param kind any object that stands for the kind, usually the function that loads a batch
   */
  loader<TValue>(
    kind: (ids: readonly string[]) => Promise<readonly (TValue | null)[]>,
    owner: object = kind,
  ): DataLoader<string, TValue | null> {
    let loader = this.loaders.get(owner) as DataLoader<string, TValue | null> | undefined;
    if (loader === undefined) {
      loader = new DataLoader<string, TValue | null>((ids) => kind(ids), { maxBatchSize: 500 });
      this.loaders.set(owner, loader);
    }
    return loader;
  }
}

/** Puts rows into the order of the ids asked for, null where there is none: what a batch function returns. */
export function inOrder<TRow>(
  ids: readonly string[],
  rows: readonly TRow[],
  idOf: (row: TRow) => string,
): (TRow | null)[] {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  return ids.map((id) => byId.get(id) ?? null);
}
