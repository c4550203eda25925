import type { GraphiqlAssets } from './assets.ts';
import type { Example } from './examples.ts';

/** The page: what it shows is data in it, which no browser takes for a script. */
export function graphiqlPage({ paths }: GraphiqlAssets, examples: readonly Example[]): string {
  const data = {
    tabs: examples.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) })),
    workers: {
      editorWorkerService: paths['editor.js'],
      json: paths['json.js'],
      graphql: paths['graphql.js'],
    },
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>GraphiQL · Optiscope</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="${paths['graphiql.css']}">
    <style>html, body, #root { height: 100%; margin: 0 }</style>
  </head>
  <body>
    <noscript>GraphiQL is a program of the browser's: it needs JavaScript. Without it, /graphql answers curl.</noscript>
    <div id="root"></div>
    <script type="application/json" id="page">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
    <script src="${paths['graphiql.js']}"></script>
    <script src="${paths['start.js']}"></script>
  </body>
</html>
`;
}

/** Only this server's own files run on the page, and it speaks with this server only. */
export function graphiqlPolicy(host: string | undefined): string {
  // Not every browser takes 'self' to include the WebSocket of the same host.
  const sockets = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    // The editor puts its colours and its places into style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
