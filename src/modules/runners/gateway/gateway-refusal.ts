/** An answer of the gateway that is not what was asked for, in the words of the protocol. */
export class GatewayRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A certificate that may not come in. */
export class ShutOut extends GatewayRefusal {
  constructor(
    code: 'NOT_ENROLLED' | 'REVOKED' | 'CERTIFICATE_EXPIRED' | 'CERTIFICATE_NOT_YET_VALID',
    message: string,
  ) {
    super(401, code, message);
  }
}
