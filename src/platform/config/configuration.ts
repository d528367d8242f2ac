import { Expose, Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsIP,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  type ValidationOptions,
} from 'class-validator';
import { cpus } from 'node:os';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MIB = 1024 * 1024;

/** The environment variable of a property: what an error names, and where its value is read from. */
export const VARIABLES = {
  databaseUrl: 'DATABASE_URL',
  data: 'SANDBOX_DATA',
  host: 'SANDBOX_HOST',
  port: 'SANDBOX_PORT',
  logLevel: 'SANDBOX_LOG_LEVEL',
  publicUrl: 'SANDBOX_PUBLIC_URL',
  graphqlMaxDepth: 'SANDBOX_GRAPHQL_MAX_DEPTH',
  graphqlMaxCost: 'SANDBOX_GRAPHQL_MAX_COST',
  graphqlMaxAliases: 'SANDBOX_GRAPHQL_MAX_ALIASES',
  graphqlMaxTokens: 'SANDBOX_GRAPHQL_MAX_TOKENS',
  graphqlIntrospection: 'SANDBOX_GRAPHQL_INTROSPECTION',
  applicationsPerHour: 'SANDBOX_APPLICATIONS_PER_HOUR',
  uploadMaxBytes: 'SANDBOX_UPLOAD_MAX_BYTES',
  slots: 'SANDBOX_SLOTS',
  tenantSlots: 'SANDBOX_TENANT_SLOTS',
  drainSeconds: 'SANDBOX_DRAIN_SECONDS',
  runQuota: 'SANDBOX_RUN_QUOTA',
  jobWallSeconds: 'SANDBOX_JOB_WALL_SECONDS',
  jobCpuSeconds: 'SANDBOX_JOB_CPU_SECONDS',
  jobCores: 'SANDBOX_JOB_CORES',
  jobMemoryMib: 'SANDBOX_JOB_MEMORY_MIB',
  databasePoolSize: 'SANDBOX_DATABASE_POOL_SIZE',
  runnerHost: 'SANDBOX_RUNNER_HOST',
  runnerPort: 'SANDBOX_RUNNER_PORT',
  runnerAddress: 'SANDBOX_RUNNER_ADDRESS',
  runnerBatchRows: 'SANDBOX_RUNNER_BATCH_ROWS',
  runnerAbsentSeconds: 'SANDBOX_RUNNER_ABSENT_SECONDS',
  runnerWallSeconds: 'SANDBOX_RUNNER_WALL_SECONDS',
} as const;

/** Text of digits becomes a number; anything else stays what it is, for the validator to refuse. */
function numeric(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : value;
}

/** A whole number from `min` to `max`, with one message for all that can be wrong with it. */
function Whole(min: number, max: number): PropertyDecorator {
  const options: ValidationOptions = { message: `must be a whole number from ${min} to ${max}` };
  return (target, key) => {
    Transform(({ value }) => numeric(value))(target, key);
    IsInt(options)(target, key);
    Min(min, options)(target, key);
    Max(max, options)(target, key);
  };
}

/** Every setting of the service, read once and frozen. */
export class Configuration {
  /** `postgres://…` of a PostgreSQL to use; absent for the embedded one. */
  @Expose()
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must be postgres://user:password@host:port/database' })
  readonly databaseUrl?: string;

  /** Absolute folder of everything that is kept. */
  @Expose()
  @IsString()
  @MinLength(1, { message: 'must be a folder' })
  @MaxLength(4_000, { message: 'must be a folder of at most 4000 characters' })
  readonly data: string;

  /** Address to listen on. */
  @Expose()
  @IsIP(undefined, { message: 'must be an IP address, for example 127.0.0.1 or 0.0.0.0' })
  readonly host: string = '127.0.0.1';

  /** Port to listen on; 0 takes a free one. */
  @Expose()
  @Whole(0, 65_535)
  readonly port: number = 3000;

  @Expose()
  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  readonly logLevel: LogLevel = 'info';

  /** Where callers reach the service, without a slash at the end; absent for the address listened on. */
  @Expose()
  @IsOptional()
  @Matches(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*[^\s/?#])?$/, {
    message: 'must be http://… or https://… without a slash at the end',
  })
  readonly publicUrl?: string;

  /** Deepest nesting of a GraphQL operation. */
  @Expose()
  @Whole(1, 100)
  readonly graphqlMaxDepth: number = 12;

  /** Highest cost of a GraphQL operation, list sizes counted. */
  @Expose()
  @Whole(1, 1_000_000)
  readonly graphqlMaxCost: number = 5_000;

  @Expose()
  @Whole(0, 10_000)
  readonly graphqlMaxAliases: number = 30;

  @Expose()
  @Whole(10, 1_000_000)
  readonly graphqlMaxTokens: number = 2_000;

  /** Whether the schema may be asked for. */
  @Expose()
  @Transform(({ value }): unknown => (value === 'on' ? true : value === 'off' ? false : value))
  @IsIn([true, false], { message: 'must be on or off' })
  readonly graphqlIntrospection: boolean = true;

  /** Applications that one network address may make in an hour. */
  @Expose()
  @Whole(1, 1_000_000)
  readonly applicationsPerHour: number = 20;

  /** Largest upload, bytes. */
  @Expose()
  @Whole(1, 1_024 * 1_024 * MIB)
  readonly uploadMaxBytes: number = 2_048 * MIB;

  /** Jobs at a time on this machine. */
  @Expose()
  @Whole(1, 1_024)
  readonly slots: number = Math.max(1, Math.min(cpus().length, 1_024));

  /** Runs of one tenant at a time over all machines: others find a slot without waiting for one of them to end. */
  @Expose()
  @Whole(1, 100_000)
  readonly tenantSlots: number = 16;

  /** Seconds that what is under way has to end when the service is told to stop; then it is given back. */
  @Expose()
  @Whole(0, 86_400)
  readonly drainSeconds: number = 30;

  /** Runs that a newly admitted tenant may start. */
  @Expose()
  @Whole(0, 1_000_000)
  readonly runQuota: number = 100;

  /** Limits of one job in the jail: seconds by the clock, … */
  @Expose()
  @Whole(1, 7 * 86_400)
  readonly jobWallSeconds: number = 600;

  /** … seconds of processor time, … */
  @Expose()
  @Whole(1, 7 * 86_400)
  readonly jobCpuSeconds: number = 1_200;

  /** … cores at once, … */
  @Expose()
  @Whole(1, 1_024)
  readonly jobCores: number = 2;

  /** … and memory in MiB. */
  @Expose()
  @Whole(64, 4 * 1_024 * 1_024)
  readonly jobMemoryMib: number = 4_096;

  /** Connections to the database that one process and role holds at most. */
  @Expose()
  @Whole(2, 1_000)
  readonly databasePoolSize: number = 10;

  /** Address on which runners at tenants' sites are awaited. */
  @Expose()
  @IsIP(undefined, { message: 'must be an IP address, for example 127.0.0.1 or 0.0.0.0' })
  readonly runnerHost: string = '127.0.0.1';

  /** Port for them, 0 for a free one; absent: none are taken. */
  @Expose()
  @IsOptional()
  @Whole(0, 65_535)
  readonly runnerPort?: number;

  /** What tenants are told to connect to; absent: the address and port above. */
  @Expose()
  @IsOptional()
  @Matches(/^[^\s:/]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i, { message: 'must be HOST:PORT' })
  readonly runnerAddress?: string;

  /** Rows of a batch that is sent to a runner. */
  @Expose()
  @Whole(1, 65_536)
  readonly runnerBatchRows: number = 8_192;

  /** A run that no runner works on for so long has failed, … */
  @Expose()
  @Whole(1, 7 * 86_400)
  readonly runnerAbsentSeconds: number = 4 * 3_600;

  /** … and so has one that takes longer than this in all. */
  @Expose()
  @Whole(1, 6 * 86_400)
  readonly runnerWallSeconds: number = 20 * 3_600;
}
