interface Gathering<Key, Value> {
  readonly keys: Set<Key>;
  readonly values: Promise<ReadonlyMap<Key, Value>>;
}

/** A statement has at most 65,535 parameters. */
const MOST_KEYS = 10_000;

/**
 * Gathers the keys that are asked for in one turn of the event loop and loads them together, so that a list of
 * a hundred runs reads its epochs in one statement. It gathers and does not remember: a subscription lives for
 * hours on one context and must see each row as it is.
 */
export function batch<Key, Value>(
  load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | undefined> {
  let gathering: Gathering<Key, Value> | null = null;
  return async (key) => {
    if (gathering === null || gathering.keys.size >= MOST_KEYS) gathering = gather();
    const { keys, values } = gathering;
    keys.add(key);
    return (await values).get(key);
  };

  function gather(): Gathering<Key, Value> {
    const keys = new Set<Key>();
    const values = new Promise<ReadonlyMap<Key, Value>>((resolve, reject) => {
      setImmediate(() => {
        gathering = null;
        load([...keys]).then(resolve, reject);
      });
    });
    return { keys, values };
  }
}
