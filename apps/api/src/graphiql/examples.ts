import { readdirSync, readFileSync } from 'node:fs';

/** An operation that is ready to be run, as a tab of GraphiQL. */
export interface Example {
  /** Its file, without the ending. */
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const FOLDER = new URL('./operations/', import.meta.url);

/** The questions of docs/ten-questions.md, then how to start a comparison and how to follow it. */
export const EXAMPLES: readonly Pick<Example, 'name' | 'query'>[] = readdirSync(FOLDER)
  .sort()
  .map((file) => ({
    name: file.replace(/\.graphql$/, ''),
    query: readFileSync(new URL(file, FOLDER), 'utf8'),
  }));

/** The examples with variables that have an answer here: those about an experiment are about the newest. */
export function examplesAbout(experimentId: string | null): Example[] {
  const id = { id: experimentId };
  const others: Readonly<Record<string, Example['variables']>> = {
    '07-find': { optimizer: 'sgd', atLeast: 0.5 },
    '09-under-way': {},
    '10-server': {},
    '11-start': {
      input: {
        name: 'Started from GraphiQL',
        epochs: 5,
        contenders: [
          { optimizer: 'sgd', learningRate: 0.1 },
          { optimizer: 'adam', learningRate: 0.001 },
        ],
      },
    },
    '12-follow': { ...id, after: 0 },
  };
  return EXAMPLES.map(({ name, query }) => ({ name, query, variables: others[name] ?? id }));
}
