import * as path from 'node:path';
import { ConfigurationError, loadConfiguration } from './index.js';

function problems(environment: Record<string, string>): readonly string[] {
  try {
    loadConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfiguration', () => {
  it('has defaults for everything', () => {
    const configuration = loadConfiguration({});
    expect(configuration).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      graphqlMaxDepth: 12,
      graphqlMaxCost: 5000,
      graphqlIntrospection: true,
      logLevel: 'info',
    });
    expect(configuration.data).toBe(path.join(process.cwd(), '.data'));
    expect(configuration.databaseUrl).toBeUndefined();
  });

  it('reads variables as their types, and takes an empty one for unset', () => {
    const configuration = loadConfiguration({
      SANDBOX_PORT: '0',
      SANDBOX_DATA: 'relative/folder',
      SANDBOX_GRAPHQL_INTROSPECTION: 'off',
      SANDBOX_LOG_LEVEL: '',
      DATABASE_URL: 'postgres://me:secret@db.example:5433/sandbox',
      PATH: '/usr/bin',
    });
    expect(configuration.port).toBe(0);
    expect(configuration.data).toBe(path.resolve('relative/folder'));
    expect(configuration.graphqlIntrospection).toBe(false);
    expect(configuration.logLevel).toBe('info');
    expect(configuration.databaseUrl).toBe('postgres://me:secret@db.example:5433/sandbox');
  });

  it('puts the options of a command before the environment', () => {
    expect(loadConfiguration({ SANDBOX_PORT: '4000' }, { port: 5000 }).port).toBe(5000);
    expect(loadConfiguration({}, { port: '5001' }).port).toBe(5001);
  });

  it('lists every problem, each with its variable, what it is and what is allowed', () => {
    expect(
      problems({
        SANDBOX_PORT: '70000',
        SANDBOX_SLOTS: '1.5',
        SANDBOX_HOST: 'localhost;rm',
        SANDBOX_LOG_LEVEL: 'loud',
        SANDBOX_GRAPHQL_MAX_DEPTH: '1e2',
        SANDBOX_PROT: '1',
        SANDBOX_ZZZZZZZZZZZZZZ: '1',
        SANDBOX_GRAPHQL_INTROSPECTION: 'yes',
      }),
    ).toEqual([
      'SANDBOX_PROT is no variable of this service: did you mean SANDBOX_PORT?',
      'SANDBOX_ZZZZZZZZZZZZZZ is no variable of this service',
      'SANDBOX_HOST is "localhost;rm": must be an IP address, for example 127.0.0.1 or 0.0.0.0',
      'SANDBOX_PORT is "70000": must be a whole number from 0 to 65535',
      'SANDBOX_LOG_LEVEL is "loud": must be one of fatal, error, warn, info, debug, trace, silent',
      'SANDBOX_GRAPHQL_MAX_DEPTH is "1e2": must be a whole number from 1 to 100',
      'SANDBOX_GRAPHQL_INTROSPECTION is "yes": must be on or off',
      'SANDBOX_SLOTS is "1.5": must be a whole number from 1 to 1024',
    ]);
  });

  it('never shows a database address, which holds a password', () => {
    expect(problems({ DATABASE_URL: 'mysql://root:hunter2@host/db' })).toEqual([
      'DATABASE_URL is not a database address: must be postgres://user:password@host:port/database',
    ]);
  });

  it('is frozen', () => {
    const configuration = loadConfiguration({});
    expect(Object.isFrozen(configuration)).toBe(true);
    expect(() => Object.assign(configuration, { port: 1 })).toThrow(TypeError);
  });
});
