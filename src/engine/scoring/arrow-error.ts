/** A stream that is not what the protocol says: hostile or broken, the sender's fault either way. */
export class ArrowError extends Error {}

/** The stream ended before its end was said: most likely because its sender did. */
export class ArrowCutError extends ArrowError {}
