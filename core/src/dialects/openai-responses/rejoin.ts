import type { StreamEvent } from '../../model/events.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';

/** Items keep the ids that they began with, and events go on with the numbers: clients put pieces together by both. */
export function rejoin(said: readonly StreamEvent[], written: readonly StreamEvent[]): (frames: string) => string {
  const ids = itemIds(said);
  const renamed = [...itemIds(written)].flatMap(([index, id]) => {
    const own = ids.get(index);
    return own === undefined || own === id ? [] : [[JSON.stringify(id), JSON.stringify(own)] as const];
  });
  const ahead = lastNumber(said) - lastNumber(written);
  return (frames) => {
    // Within a text a quote has a backslash before it.
    let text = frames.replaceAll(/"sequence_number":(\d+)/g, (_, number: string) => `"sequence_number":${Number(number) + ahead}`);
    for (const [from, to] of renamed) text = text.replaceAll(from, to);
    return text;
  };
}

function itemIds(events: readonly StreamEvent[]): Map<unknown, string> {
  const ids = new Map<unknown, string>();
  for (const { output_index: index, item } of objects(events))
    if (isJsonObject(item) && typeof item.id === 'string' && !ids.has(index)) ids.set(index, item.id);
  return ids;
}

function lastNumber(events: readonly StreamEvent[]): number {
  return Math.max(-1, ...objects(events).flatMap(({ sequence_number: number }) => (typeof number === 'number' ? [number] : [])));
}

function objects(events: readonly StreamEvent[]): JsonObject[] {
  return events.flatMap(({ json }) => (isJsonObject(json) ? [json] : []));
}
