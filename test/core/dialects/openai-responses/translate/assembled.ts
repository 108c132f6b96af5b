import type { NeutralAnswer, NeutralAssistantPart, NeutralEvent, NeutralOpaque } from '../../../../../core/src/model/neutral.ts';

interface Growing {
  kind: NeutralAssistantPart['kind'];
  text: string;
  opaque: NeutralOpaque | undefined;
  id: string;
  name: string;
}

/** The answer that a stream of neutral events amounts to. */
export function assembled(events: readonly NeutralEvent[]): NeutralAnswer {
  const parts: Growing[] = [];
  const calls = new Map<number, Growing>();
  let head = { id: '', model: '' };
  let stop: NeutralAnswer['stop'];
  let usage: NeutralAnswer['usage'];
  let current: Growing | undefined;
  const begin = (kind: Growing['kind'], id = '', name = '', opaque?: NeutralOpaque): Growing => {
    const part: Growing = { kind, text: '', opaque, id, name };
    parts.push(part);
    current = part;
    return part;
  };
  for (const event of events) {
    switch (event.kind) {
      case 'start':
        head = { id: event.id, model: event.model };
        break;
      case 'text':
      case 'refusal':
      case 'reasoning':
        (current?.kind === event.kind ? current : begin(event.kind)).text += event.text;
        break;
      case 'reasoningOpaque':
        (current?.kind === 'reasoning' && current.opaque === undefined ? current : begin('reasoning')).opaque = event.opaque;
        break;
      case 'toolCall':
        calls.set(event.call, begin('toolCall', event.id, event.name, event.opaque));
        break;
      case 'arguments':
        current = calls.get(event.call);
        if (current === undefined) throw new Error(`arguments of call ${event.call}, which was not announced`);
        current.text += event.piece;
        break;
      case 'partEnd':
        if ((event.call === undefined ? current : calls.get(event.call)) === undefined)
          throw new Error('a part ended that was not going on');
        if (event.call === undefined || current === calls.get(event.call)) current = undefined;
        if (event.call !== undefined) calls.delete(event.call);
        break;
      case 'usage':
        usage = event.usage;
        break;
      case 'stop':
        stop = event.stop;
    }
  }
  return { ...head, parts: parts.map(finished), stop, usage };
}

function finished({ kind, text, opaque, id, name }: Growing): NeutralAssistantPart {
  if (kind === 'toolCall') return { kind, id, name, arguments: text, opaque };
  return kind === 'reasoning' ? { kind, text, opaque } : { kind, text };
}
