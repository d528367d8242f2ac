import { ArrowError, decodeMessage, metadataLength, PREFIX_BYTES } from '../arrow-message.js';

/**
 * The messages of an Arrow IPC stream that is held whole, as they stand.
 *
 * @throws ArrowError when it is not one schema, batches, and the end
 */
export function splitMessages(stream: Uint8Array): { schema: Uint8Array; batches: Uint8Array[] } {
  let schema: Uint8Array | undefined;
  const batches: Uint8Array[] = [];
  for (let at = 0; ;) {
    if (stream.length < at + PREFIX_BYTES) throw new ArrowError('the stream breaks off');
    const length = metadataLength(stream.subarray(at, at + PREFIX_BYTES));
    if (length === 0) break;
    const body = at + PREFIX_BYTES + length;
    if (stream.length < body) throw new ArrowError('the stream breaks off');
    const message = decodeMessage(stream.subarray(at + PREFIX_BYTES, body));
    const end = body + (message.kind === 'batch' ? message.bodyLength : 0);
    if (stream.length < end) throw new ArrowError('the stream breaks off');
    if (message.kind === 'batch') batches.push(stream.subarray(at, end));
    else schema = stream.subarray(at, end);
    at = end;
  }
  if (schema === undefined) throw new ArrowError('the stream has no schema');
  return { schema, batches };
}
