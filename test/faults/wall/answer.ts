// What every model of the wall answers, and how OpenAI's chat completions write it. Sixty words, a word is a token: the same
// for all models, so that whoever goes on with another one can be held to every letter.

/** Letters of two, three and four bytes are among them, and words that come again: a splice must not slip. */
export const answerText =
  'The tide comes in twice a day, and the harbour wall has stood since 1874 — naïve visitors touch it, 潮 and all, then ' +
  'walk the wall again. The keeper counts the boats, counts the lamps, and writes both in the book. When the fog 🌫️ comes ' +
  'in, the boats wait, the wall holds, and the tide goes out again.';

/** The tokens of a text: a word with the space before it. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S+/g) ?? [];
}

export const answerTokens: readonly string[] = tokensOf(answerText);

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** Each family counts in a way of its own, so that usage tells who answered. */
export function usageOf(base: string, tokens: number): Usage {
  const [prompt, completion] = base.startsWith('fallback') ? [23, tokens + 3] : [17, tokens];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** The model that an answer names: as with real providers, not quite what was asked for. */
export function reportedModel(base: string): string {
  return `${base}-2026-11-01`;
}

export interface Written {
  readonly base: string;
  readonly serial: number;
}

export function wholeAnswer({ base, serial }: Written, tokens: readonly string[]): object {
  return {
    id: `chatcmpl-${serial}`,
    object: 'chat.completion',
    created: 1_793_500_000,
    model: reportedModel(base),
    choices: [{ index: 0, message: { role: 'assistant', content: tokens.join(''), refusal: null }, logprobs: null, finish_reason: 'stop' }],
    usage: usageOf(base, tokens.length),
  };
}

/** The events of a stream, without its end mark: role, a token each, finish reason, usage where it was asked for. */
export function* streamEvents({ base, serial }: Written, tokens: readonly string[], withUsage: boolean): Generator<string> {
  const event = (choices: readonly object[], usage: Usage | null = null): string =>
    JSON.stringify({
      id: `chatcmpl-${serial}`,
      object: 'chat.completion.chunk',
      created: 1_793_500_000,
      model: reportedModel(base),
      choices,
      ...(withUsage && { usage }),
    });
  const delta = (change: object, finish: string | null = null): string =>
    event([{ index: 0, delta: change, logprobs: null, finish_reason: finish }]);
  yield delta({ role: 'assistant', content: '' });
  for (const token of tokens) yield delta({ content: token });
  yield delta({}, 'stop');
  if (withUsage) yield event([], usageOf(base, tokens.length));
}

export interface WallError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

export function errorBody({ message, type, code }: WallError): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}
