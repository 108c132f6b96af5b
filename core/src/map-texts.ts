import type { TextEditor } from './context.ts';
import type { StreamDialect } from './dialects/dialect.ts';
import { SseEvent } from './dialects/sse-event.ts';
import { JsonStringStream } from './json/fragments.ts';
import type { TextScope } from './model/call.ts';
import type { EventText, StreamEvent } from './model/events.ts';
import type { GatewayResponse } from './model/response.ts';

export type MakeEditor = (text: { readonly scope: TextScope; readonly channel: string }) => TextEditor;

/** A response with its texts edited: whole bodies in place, streams piece by piece. */
export function mapTexts(response: GatewayResponse, dialect: StreamDialect | undefined, makeEditor: MakeEditor): GatewayResponse {
  const { body } = response;
  if (body.kind === 'json') {
    for (const text of body.texts()) {
      const editor = makeEditor({ scope: text.scope, channel: text.path.join('.') });
      const edited = editor.push(text.text) + editor.end();
      if (edited !== text.text) text.replace(edited);
    }
    return response;
  }
  if (body.kind === 'opaque') throw new TypeError('mapTexts: an opaque body is carried unread; look at response.body.kind first');
  if (dialect === undefined) return response;
  return { ...response, body: { kind: 'stream', events: editEvents(body.events, dialect, makeEditor) } };
}

/** One text of a stream under edit, and the last event that carried a piece of it. */
interface Channel {
  readonly editor: TextEditor;
  template: StreamEvent;
}

async function* editEvents(
  events: AsyncIterable<StreamEvent>,
  dialect: StreamDialect,
  makeEditor: MakeEditor,
): AsyncGenerator<StreamEvent> {
  const channels = new Map<string, Channel>();
  const editorOf = (piece: EventText, event: StreamEvent): TextEditor => {
    let channel = channels.get(piece.channel);
    if (channel === undefined) {
      channel = { editor: pieceEditor(piece, makeEditor), template: event };
      channels.set(piece.channel, channel);
    }
    channel.template = event;
    return channel.editor;
  };
  for await (const event of events) {
    const ended = dialect.ends(event.json, event.data);
    const left = ended.length === 0 ? undefined : pieceCounts(event, ended);
    const edited = event.withTexts((piece) => {
      const text = editorOf(piece, event).push(piece.text);
      const pieces = left?.get(piece.channel);
      if (pieces === undefined) return text;
      left?.set(piece.channel, pieces - 1);
      return pieces === 1 ? text + endChannel(channels, piece.channel) : text;
    });
    // What is still held belongs before the event that says the text is over.
    for (const prefix of ended) yield* takeRests(channels, prefix, dialect);
    yield edited;
  }
  // Nothing said that these are over, but no more will come.
  yield* takeRests(channels, '', dialect);
}

/** How many pieces an event has of each text that it ends: the end comes with the last. */
function pieceCounts(event: StreamEvent, ended: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { channel } of event.texts())
    if (ended.some((prefix) => channel.startsWith(prefix))) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  return counts;
}

function endChannel(channels: Map<string, Channel>, name: string): string {
  const rest = channels.get(name)?.editor.end() ?? '';
  channels.delete(name);
  return rest;
}

/** Ends the channels with this prefix; what they still held becomes events of their own. */
function takeRests(channels: Map<string, Channel>, prefix: string, dialect: StreamDialect): StreamEvent[] {
  const events: StreamEvent[] = [];
  for (const [name, { template }] of channels) {
    if (!name.startsWith(prefix)) continue;
    const rest = endChannel(channels, name);
    if (rest !== '') events.push(new SseEvent(template.raw, dialect).continued(name, rest));
  }
  return events;
}

/** Tool arguments arrive as pieces of JSON: edited inside its strings only. */
function pieceEditor(piece: EventText, makeEditor: MakeEditor): TextEditor {
  const named = { scope: piece.scope, channel: piece.channel };
  return piece.json ? new JsonStringStream(() => makeEditor(named)) : makeEditor(named);
}
