import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const graphqlPackages = ['graphql', 'graphql/*', '@apollo/*'];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', 'coverage/**', '.data/**'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Ports and resolvers are async by contract even where an adapter has nothing to await.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      'no-console': 'error',
      // A file that grows beyond this has two subjects (DESIGN section 2).
      'max-lines': ['error', 250],
      // One reader of the environment per process (DESIGN section 2).
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read it in env.ts.' },
      ],
    },
  },
  {
    files: [
      '**/env.ts',
      '**/*.config.ts',
      '**/*.test.ts',
      'e2e/**',
      'bench/**',
      'packages/testkit/**',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['tools/**', 'bench/**', 'start.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.test.ts'], rules: { 'max-lines': 'off' } },
  {
    // Services decide, repositories fetch: neither knows GraphQL (DESIGN section 3, rule 1).
    files: ['subgraphs/*/src/features/*/service.ts', 'subgraphs/*/src/features/*/repository.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: graphqlPackages }] },
  },
  {
    files: ['subgraphs/*/src/features/*/resolvers.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['**/repository.js', '@prisma/*', 'mongodb', '@clickhouse/*'] },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
      },
    },
  },
  {
    // Runs in mongosh.
    files: ['ops/mongo/**'],
    languageOptions: { globals: { rs: 'readonly', db: 'readonly', quit: 'readonly' } },
  },
  prettier,
);
