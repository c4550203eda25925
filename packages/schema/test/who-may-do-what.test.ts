import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ACCESS_CLASSES, type AccessClass, CLASSES, fieldsOf } from '../src/access/classes.ts';

const PAGE = fileURLToPath(new URL('../../../docs/who-may-do-what.md', import.meta.url));

const WHO: Readonly<Record<AccessClass, string>> = {
  STRANGER: 'Everyone, also who has not signed in',
  VIEWER: 'From the role VIEWER on',
  OWN: 'From the role VIEWER on, for what is their own; an ADMIN for everyone’s',
  EDITOR: 'From the role EDITOR on',
  ADMIN: 'The role ADMIN',
};

function named(type: string, of: AccessClass): string {
  return fieldsOf(CLASSES[type] ?? {}, of)
    .toSorted()
    .map((name) => `\`${name}\``)
    .join(', ');
}

/** Fields that are told to fewer than their object is: whoever may read the object does not read them. */
function reserved(of: AccessClass): string[] {
  return Object.keys(CLASSES)
    .filter((type) => !['Query', 'Mutation', 'Subscription'].includes(type))
    .toSorted()
    .flatMap((type) => fieldsOf(CLASSES[type] ?? {}, of).map((field) => `\`${type}.${field}\``));
}

function page(): string {
  const operations = ACCESS_CLASSES.map((of) => {
    const cells = ['Query', 'Mutation', 'Subscription'].map((type) => named(type, of) || '–');
    return `| ${WHO[of]} | ${cells.join(' | ')} |`;
  });
  const fields = (['OWN', 'EDITOR', 'ADMIN'] as const)
    .filter((of) => reserved(of).length > 0)
    .map((of) => `- ${WHO[of]}: ${reserved(of).join(', ')}`);
  return `# Who may do what

Made from \`packages/schema/src/access/classes.ts\`, in which every field of the API stands once; a test keeps the two
equal, and \`npm test -- packages/schema/test/who-may-do-what.test.ts -u\` writes this page anew. Each role may also do
what the ones before it may. How it is enforced: [security](security.md).

| | Queries | Mutations | Subscriptions |
|---|---|---|---|
${operations.join('\n')}

Exports (\`/export/…\`) and GraphiQL are for members; imports (\`/import\`) from the role EDITOR on; \`/metrics\` for
programs of the server’s own machine; \`/health\` and \`/ready\` for everyone.

Every other field is read by whoever may read what it belongs to (from VIEWER on), but for these:

${fields.join('\n')}
`;
}

test('the page that says who may do what says what is enforced', async () => {
  await expect(page()).toMatchFileSnapshot(PAGE);
});
