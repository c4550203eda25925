import { context, SpanKind } from '@opentelemetry/api';
import type { OpenDatabase } from '@optiscope/schema';
import { isTraced, type SpanStart, traced } from './spans.ts';

/**
 * Makes each statement a span of whatever is being traced where it is asked; the text has its parameters' places and no
 * values. What belongs to nothing that is traced, as looking into the queue, makes none.
 */
export function traceStatements(database: OpenDatabase): void {
  if (database.kind === 'pglite') traceEmbedded(database);
  else tracePool(database);
}

type Query = (...args: unknown[]) => unknown;

function tracePool({ pool }: Extract<OpenDatabase, { kind: 'postgresql' }>): void {
  const known = new WeakSet<object>();
  pool.on('acquire', (client) => {
    if (known.has(client)) return;
    known.add(client);
    replace(client, 'query', (query) => statement(query, 'postgresql'));
  });
  // A connection that had to be waited for is handed over by whoever gave it back: the context is the asker's.
  replace(pool, 'connect', (connect) => (...args) => {
    const [done] = args;
    return typeof done === 'function' ? connect(context.bind(context.active(), done)) : connect(...args);
  });
}

function traceEmbedded({ client }: Extract<OpenDatabase, { kind: 'pglite' }>): void {
  replace(client, 'query', (query) => statement(query, 'pglite'));
  replace(client, 'transaction', (transaction) => (act) => {
    if (typeof act !== 'function') return transaction(act);
    return transaction((tx: object) => {
      replace(tx, 'query', (query) => statement(query, 'pglite'));
      return act(tx);
    });
  });
}

/** Puts another function in the place of a method. */
function replace(owner: object, method: string, make: (original: Query) => Query): void {
  const original: unknown = Reflect.get(owner, method);
  if (typeof original !== 'function') throw new TypeError(`there is no method ${method}`);
  Object.defineProperty(owner, method, {
    value: make((...args) => Reflect.apply(original, owner, args)),
    configurable: true,
    writable: true,
  });
}

/** A promise is waited for; where the answer comes by a callback or an event, the span is that of the asking alone. */
function statement(query: Query, system: string): Query {
  return (...args) => {
    const isStream = typeof Object(args[0]).submit === 'function';
    if (isStream || !isTraced()) return query(...args);
    const [name, start] = spanOf(textOf(args[0]), system);
    const last = args.at(-1);
    if (typeof last !== 'function') return traced(name, start, async () => await query(...args));
    let told: unknown;
    void traced(name, start, () => {
      return new Promise<void>((resolve, reject) => {
        const done = context.bind(context.active(), last);
        told = query(...args.slice(0, -1), (error: unknown, ...rest: unknown[]) => {
          if (error) reject(error);
          else resolve();
          done(error, ...rest);
        });
      });
    }).catch(() => undefined); // the callback has it
    return told;
  };
}

function textOf(asked: unknown): string {
  if (typeof asked === 'string') return asked;
  const text: unknown = Object(asked).text;
  return typeof text === 'string' ? text : '';
}

function spanOf(text: string, system: string): [string, SpanStart] {
  const [, operation = 'statement'] = /^\s*(\w+)/.exec(text) ?? [];
  const [, table] = /\b(?:from|into|update)\s+"?([a-z_.]+)"?/i.exec(text) ?? [];
  const name = operation.toLowerCase();
  return [
    table === undefined ? name : `${name} ${table}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': system,
        'db.operation.name': name,
        'db.query.text': text.slice(0, 2_000),
        ...(table === undefined ? {} : { 'db.collection.name': table }),
      },
    },
  ];
}
