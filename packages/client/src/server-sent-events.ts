export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** The events of a stream of bytes, one after the other. Calls `heard` at every piece that arrives, comments included. */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let event = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const lines = (text + decoder.decode(value, { stream: true })).split('\n');
      text = lines.pop() ?? ''; // the last is not whole yet
      for (const whole of lines) {
        const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
        if (line === '') {
          if (event !== '' || data.length > 0) yield { event, data: data.join('\n') };
          event = '';
          data = [];
        } else if (line.startsWith('event:')) event = line.slice(6).trim();
        else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined); // a stream that broke cannot be cancelled
  }
}
