/** A server-sent event as a client reads it. */
export interface ReadFrame {
  /** Of its `event:` line. */
  readonly name: string | undefined;
  /** Whether its `data:` is the first line: Google's library drops events with anything before it. */
  readonly dataFirst: boolean;
  readonly data: string;
}

/** The events of a stream that have data; comments have none. */
export function framesIn(body: string): ReadFrame[] {
  return body.split('\n\n').flatMap((block) => {
    const lines = block.split('\n').filter((line) => line !== '');
    const valueIn = (field: string): string | undefined => lines.find((line) => line.startsWith(`${field}:`))?.replace(/^[a-z]+: ?/, '');
    const data = valueIn('data');
    return data === undefined ? [] : [{ name: valueIn('event'), dataFirst: lines[0]?.startsWith('data:') ?? false, data }];
  });
}

/** An event of a format whose clients go by its data alone. */
export function unnamed(data: string): string {
  return `data: ${data}\n\n`;
}

/** An event of a format whose clients go by its name as well. */
export function named(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}
