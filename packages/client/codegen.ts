import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of the operations from the committed schema, and their texts. */
const config: CodegenConfig = {
  schema: '../schema/schema.graphql',
  documents: ['src/operations/*.graphql'],
  generates: {
    './src/generated/operations.ts': {
      plugins: ['typescript-operations', './scripts/operation-texts.ts'],
      config: {
        scalars: { DateTime: 'string' },
        enumType: 'string-literal',
        enumsAsTypes: true,
        onlyOperationTypes: true,
        useTypeImports: true,
        immutableTypes: true,
        skipTypename: false,
        dedupeFragments: true,
      },
    },
  },
};

export default config;
