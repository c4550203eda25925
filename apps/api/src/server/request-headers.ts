import type { IncomingMessage } from 'node:http';

/** A request's headers as the web's type has them. */
export function headersOf({ headers }: IncomingMessage): Headers {
  const made = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) made.append(name, one);
    }
  }
  return made;
}
