import neostandard, { plugins } from 'neostandard'
import { roomsRule } from './scripts/lint/rooms-rule.ts'

const typescript = plugins['typescript-eslint']

const secretsNeedRealRandomness = {
  object: 'Math', property: 'random', message: 'Take crypto.getRandomValues: what is drawn here may become a secret.'
}
const timeIsAnArgument = {
  object: 'Date', property: 'now', message: 'Verdicts must agree on every machine: take the time as an argument.'
}
const sortsByLocale = {
  selector: 'CallExpression[callee.property.name="localeCompare"]',
  message: 'Its order depends on the machine; compare with < where the order is hashed or shown to an auditor.'
}
const readsTheClock = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: timeIsAnArgument.message
}
const keysOnNodeEnv = {
  selector: 'MemberExpression[property.name="NODE_ENV"]',
  message: 'Behaviour is set by the configuration file, not by NODE_ENV.'
}

export default [
  { ignores: ['**/node_modules/', '**/.scrutin/', '**/.tap/', '**/coverage/', '**/dist/'] },
  ...neostandard({ ts: true, noJsx: true }),
  ...typescript.configs.recommendedTypeChecked.map(config => ({ ...config, files: ['**/*.ts'] })),
  {
    name: 'scrutin/typescript',
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': ['error', {
        allowForKnownSafePromises: [{ from: 'package', name: 'PromiseWithSubtest', package: '@tapjs/core' }]
      }],
      '@typescript-eslint/no-unused-vars': ['error', {
        argsIgnorePattern: '^_', caughtErrors: 'none', ignoreRestSiblings: true
      }],
      // an async function without await is how a method keeps the type of its interface
      '@typescript-eslint/require-await': 'off',
      // what a parser returns is best named where it is checked
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // a schema and the type it describes share their name
      '@typescript-eslint/no-redeclare': 'off',
      // how a promise is let go on purpose
      'no-void': ['error', { allowAsStatement: true }],
      'no-restricted-properties': ['error', secretsNeedRealRandomness],
      'no-restricted-syntax': ['error', keysOnNodeEnv],
      'n/prefer-node-protocol': 'error'
    }
  },
  {
    // its own compiler checks the types, which are not TypeScript's, and functions may carry decorators
    ...typescript.configs.disableTypeChecked,
    name: 'scrutin/assembly-script',
    files: ['protocol/wasm/source/**/*.ts'],
    languageOptions: { parserOptions: { projectService: false, project: false, allowInvalidAST: true } },
    rules: {
      ...typescript.configs.disableTypeChecked.rules,
      // u64 holds them
      '@typescript-eslint/no-loss-of-precision': 'off'
    }
  },
  {
    name: 'scrutin/rooms',
    files: ['**/*.ts', '**/*.js', '**/*.mjs', '**/*.cjs'],
    plugins: { scrutin: { rules: { rooms: roomsRule } } },
    rules: { 'scrutin/rooms': 'error' }
  },
  {
    name: 'scrutin/named-exports',
    files: ['**/*.ts'],
    // @fastify/autoload loads a plugin or a folder of routes by its default export
    ignores: ['*/src/plugins/**', '*/src/routes/**', '**/*.config.ts'],
    rules: {
      'no-restricted-exports': ['error', {
        restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true }
      }]
    }
  },
  {
    name: 'scrutin/same-verdict-everywhere',
    files: ['protocol/src/**/*.ts', 'chaincode/**/*.ts'],
    ignores: ['**/test/**'],
    rules: {
      'no-restricted-globals': ['error', 'Buffer', 'fetch', 'setTimeout', 'setInterval', 'console', 'localStorage', 'XMLHttpRequest'],
      'no-restricted-properties': ['error', secretsNeedRealRandomness, timeIsAnArgument],
      'no-restricted-syntax': ['error', keysOnNodeEnv, sortsByLocale, readsTheClock]
    }
  },
  {
    name: 'scrutin/clock-of-the-endorser',
    files: ['chaincode/src/transaction.ts'],
    rules: {
      // each endorser holds the client's timestamp against its own clock: the one place that reads it
      'no-restricted-properties': ['error', secretsNeedRealRandomness]
    }
  },
  {
    name: 'scrutin/pages',
    files: ['web/src/**/*.ts'],
    rules: {
      // what depends on a condition reads best where it stands in its template
      '@stylistic/multiline-ternary': 'off'
    }
  },
  {
    name: 'scrutin/scripts',
    files: ['scripts/**/*.ts'],
    rules: {
      // simulated voters hold no secret
      'no-restricted-properties': 'off'
    }
  },
  {
    name: 'scrutin/tests',
    files: ['**/test/**/*.ts'],
    rules: {
      // answers over HTTP are compared as they come
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off'
    }
  }
]
