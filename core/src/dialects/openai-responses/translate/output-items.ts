import type { JsonObject } from '../../../model/json.ts';

// Items of an answer, with every key that strict clients look for.

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

const prefixes = { message: 'msg', reasoning: 'rs', call: 'fc' } as const;

/** OpenAI takes ids of 64 characters back, and wants their first letters. */
export function itemId(kind: keyof typeof prefixes, answerId: string, index: number): string {
  return `${prefixes[kind]}_${answerId}_${index}`;
}

export function messageItem(id: string, status: ItemStatus, content: readonly JsonObject[]): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content };
}

export function contentPart(kind: 'text' | 'refusal', text: string): JsonObject {
  return kind === 'text' ? { type: 'output_text', annotations: [], logprobs: [], text } : { type: 'refusal', refusal: text };
}

/** Without a status: OpenAI gives none, and has refused one that came back. */
export function reasoningItem(id: string, text: string, encrypted: string | undefined): JsonObject {
  return {
    id,
    type: 'reasoning',
    summary: text === '' ? [] : [summaryPart(text)],
    ...(encrypted !== undefined && { encrypted_content: encrypted }),
  };
}

export function summaryPart(text: string): JsonObject {
  return { type: 'summary_text', text };
}

export interface CallItem {
  readonly id: string;
  readonly callId: string;
  readonly name: string;
}

export function callItem({ id, callId, name }: CallItem, status: ItemStatus, args: string): JsonObject {
  return { id, type: 'function_call', status, arguments: args, call_id: callId, name };
}
