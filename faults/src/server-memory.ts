import type { ServerProcess } from '../../apps/api/test/server-process.ts';

/** What a server's own metrics tell of it. */
export interface Gauges {
  /** Subscriptions that it has open. */
  readonly subscriptions: number;
  readonly residentBytes: number;
}

export async function gauges(server: ServerProcess): Promise<Gauges> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const read = (name: string): number => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`/metrics does not tell ${name}`);
    return Number(value);
  };
  return {
    subscriptions: read('optiscope_subscriptions'),
    residentBytes: read('process_resident_memory_bytes'),
  };
}
