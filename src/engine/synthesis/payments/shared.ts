import { types } from 'node:util';

/**
 * The same plain data with every typed array in shared memory, so that threads see one copy of it, and what one of
 * them writes the others read.
 */
export function shared<T>(data: T): T {
  if (Array.isArray(data)) return data.map((item: unknown) => shared(item)) as T;
  if (types.isTypedArray(data)) {
    if (data.buffer instanceof SharedArrayBuffer) return data;
    const copy = new (data.constructor as Uint8ArrayConstructor)(
      new SharedArrayBuffer(data.byteLength) as unknown as ArrayBuffer,
    );
    copy.set(data as unknown as Uint8Array);
    return copy as T;
  }
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, shared(value as unknown)]),
  ) as T;
}
