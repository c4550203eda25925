import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A file of GraphiQL's page. */
export interface Asset {
  readonly type: string;
  /** Compressed with gzip, which every browser takes. */
  readonly body: Buffer;
}

export interface GraphiqlAssets {
  /** Where each file is, by its name; the address changes with the content. */
  readonly paths: Readonly<Record<AssetName, string>>;
  /** The file at an address, or undefined. */
  at(path: string): Asset | undefined;
}

type AssetName = 'graphiql.js' | 'graphiql.css' | 'start.js' | 'editor.js' | 'json.js' | 'graphql.js';

const SCRIPT = 'text/javascript; charset=utf-8';

/**
 * Makes the editor of what the page carries as data. It has no text of the page's reader in it, so that the content
 * security policy can refuse every script that is written into a page.
 */
const START = `
const page = JSON.parse(document.getElementById('page').textContent);
self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => page.workers[label] ?? page.workers.editorWorkerService };
// Who sends somebody a link does not write what they run.
history.replaceState({}, '', location.pathname);
// On the first visit; later the browser has its own tabs, as they were left.
const first = localStorage.getItem('graphiql:tabState') === null ? page.tabs[0] : {};
YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  endpoint: '/graphql',
  subscriptionsProtocol: 'WS',
  title: 'Optiscope',
  logo: '',
  shouldPersistHeaders: false,
  onEditQuery: () => history.replaceState({}, '', location.pathname),
  defaultTabs: page.tabs,
  ...first,
});
`;

/**
 * GraphiQL from the npm package that carries it whole, its editor and its workers: nothing is fetched from elsewhere.
 * Eight megabytes, so they are read when the page is first asked for, and compressed once.
 */
export async function loadAssets(prefix: string): Promise<GraphiqlAssets> {
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const sources: Record<AssetName, string> = {
    'graphiql.js': graphiql.js,
    'graphiql.css': graphiql.css,
    'start.js': START,
    'editor.js': graphiql.editorWorkerService,
    'json.js': graphiql.jsonWorker,
    'graphql.js': graphiql.graphqlWorker,
  };
  const byPath = new Map<string, Asset>();
  const address = async (name: AssetName): Promise<string> => {
    const body = await compress(sources[name]);
    const version = createHash('sha256').update(body).digest('hex').slice(0, 16);
    const path = `${prefix}${version}/${name}`;
    byPath.set(path, { type: name.endsWith('.css') ? 'text/css; charset=utf-8' : SCRIPT, body });
    return path;
  };
  const [script, style, start, editor, json, graphql] = await Promise.all([
    address('graphiql.js'),
    address('graphiql.css'),
    address('start.js'),
    address('editor.js'),
    address('json.js'),
    address('graphql.js'),
  ]);
  return {
    paths: {
      'graphiql.js': script,
      'graphiql.css': style,
      'start.js': start,
      'editor.js': editor,
      'json.js': json,
      'graphql.js': graphql,
    },
    at: (path) => byPath.get(path),
  };
}
