import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The capabilities in the order in which a case passes them: nothing downstream is imported upstream. */
const MODULES = [
  'identity',
  'onboarding',
  'compute',
  'uploads',
  'runners',
  'models',
  'datasets',
  'plans',
  'runs',
  'reports',
  'reviews',
  'audit',
];

const upstreamOnly = MODULES.flatMap((name, place) => [
  ...MODULES.slice(place + 1, place + 2).map(() => ({
    target: `./src/modules/${name}`,
    from: MODULES.slice(place + 1).map((later) => `./src/modules/${later}`),
    message: `src/modules/${name} stands before these: a case flows one way.`,
  })),
  ...MODULES.slice(0, place).map((earlier) => ({
    target: `./src/modules/${name}`,
    from: `./src/modules/${earlier}`,
    except: ['./index.ts'],
    message: `Enter src/modules/${earlier} by its door, index.ts.`,
  })),
]);

const zones = [
  {
    target: './src/engine',
    from: ['./src/platform', './src/modules', './src/service', './src/commands', './src/app.module.ts'],
    message: 'The engine is a library: it knows neither platform nor modules.',
  },
  {
    target: './src/platform',
    from: ['./src/engine', './src/modules', './src/service', './src/commands', './src/app.module.ts'],
    message: 'The platform knows nothing of the domain.',
  },
  {
    target: './src/modules',
    from: ['./src/service', './src/commands', './src/app.module.ts'],
    message: 'Modules do not know who composes them.',
  },
  {
    target: './src/service',
    from: './src/commands',
    message: 'Commands start the service, not the other way round.',
  },
  ...upstreamOnly,
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.data/**', 'test/support/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  prettier,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: root + 'tsconfig.json' })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: root, zones }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/config/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'The environment is read once, in src/platform/config.',
        },
      ],
    },
  },
  {
    files: ['src/engine/**/*.ts'],
    ignores: ['src/engine/**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The engine reads no environment.' },
        { object: 'Math', property: 'random', message: 'The engine has no chance but its seed.' },
        { object: 'Date', property: 'now', message: 'The engine has no clock.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@nestjs/*', 'typeorm', 'pg', 'pg-boss', 'graphql'],
              message: 'Plain TypeScript in the engine.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/modules/**/*.ts'],
    rules: {
      // Dependency injection and GraphQL read types at run time: a type-only import would erase them.
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },
);
