/** Where a database is and who asks; `host` is a host's name or, beginning with `/`, the folder of a Unix socket. */
export interface ConnectionAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** TLS of an external server, as `pg` takes it. */
  ssl?: boolean | { rejectUnauthorized?: boolean; ca?: string; cert?: string; key?: string };
}
