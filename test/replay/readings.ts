import { isJsonObject, type JsonObject, type JsonValue } from '../../core/src/model/json.ts';

// A second reading of usage and finish reason, written from the providers' documentation and not from the gateway's readers:
// both would otherwise be wrong together.

/** Tokens; `undefined`: not said. */
export interface Reading {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly reasoning: number | undefined;
  readonly finish: string | undefined;
}

/** The value at a path of keys and indexes. */
function at(value: JsonValue | undefined, ...path: readonly (string | number)[]): JsonValue | undefined {
  let here = value;
  for (const key of path) {
    if (Array.isArray(here)) here = here[Number(key)] as JsonValue | undefined;
    else here = isJsonObject(here) ? here[key] : undefined;
  }
  return here;
}

function count(value: JsonValue | undefined, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** A word, or the number of an enum. */
function word(value: JsonValue | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  if (typeof found === 'number') return String(found);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The data of a stream's events, by the plainest reading there is. */
export function dataOf(text: string): JsonValue[] {
  return text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim())
    .filter((data) => data !== '' && data !== '[DONE]')
    .flatMap((data) => {
      try {
        return [JSON.parse(data) as JsonValue];
      } catch {
        return [];
      }
    });
}

/** What an answer says of its usage and its end. A whole answer is one event. */
export function readingOf(dialect: string, events: readonly JsonValue[]): Reading | undefined {
  const last = (has: (event: JsonValue) => boolean): JsonValue | undefined => events.findLast(has);
  switch (dialect) {
    case 'openai-chat':
    case 'openai-completions': {
      const usage =
        at(
          last((event) => isJsonObject(at(event, 'usage'))),
          'usage',
        ) ??
        at(
          last((event) => isJsonObject(at(event, 'x_groq', 'usage'))),
          'x_groq',
          'usage',
        );
      const finishes = events
        .flatMap((event) => (at(event, 'choices') ?? []) as JsonValue[])
        .filter((choice) => (count(choice, 'index') ?? 0) === 0);
      return {
        ...chatUsage(usage),
        finish: finishes.map((choice) => word(choice, 'finish_reason')).findLast((reason) => reason !== undefined),
      };
    }
    case 'openai-embeddings': {
      const usage = at(events[0], 'usage');
      const input = count(usage, 'prompt_tokens');
      return { ...nothing, input, output: count(usage, 'completion_tokens') };
    }
    case 'openai-responses': {
      const whole =
        events.length === 1 && at(events[0], 'object') === 'response'
          ? events[0]
          : at(
              last((event) => /^response\.(completed|incomplete|failed)$/.test(word(event, 'type') ?? '')),
              'response',
            );
      const usage = at(whole, 'usage');
      return {
        input: count(usage, 'input_tokens'),
        output: count(usage, 'output_tokens'),
        cacheRead: count(usage, 'input_tokens_details', 'cached_tokens'),
        cacheWrite: count(usage, 'input_tokens_details', 'cache_write_tokens'),
        reasoning: count(usage, 'output_tokens_details', 'reasoning_tokens'),
        finish: word(whole, 'incomplete_details', 'reason') ?? word(whole, 'status'),
      };
    }
    case 'anthropic-messages':
      return anthropicReading(events);
    case 'google-generate-content':
      return googleReading(events);
    default:
      return undefined;
  }
}

const nothing: Reading = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
  finish: undefined,
};

function chatUsage(usage: JsonValue | undefined): Reading {
  const input = count(usage, 'prompt_tokens');
  const completion = count(usage, 'completion_tokens');
  const reasoning = count(usage, 'completion_tokens_details', 'reasoning_tokens');
  const total = count(usage, 'total_tokens');
  // What xAI and Google's own endpoint for this format count apart, as reasoning or without a word, is in the total.
  const apart = input !== undefined && completion !== undefined && total !== undefined && total > input + completion;
  return {
    ...nothing,
    input,
    output: apart ? total - input : completion,
    cacheRead: count(usage, 'prompt_tokens_details', 'cached_tokens') ?? count(usage, 'prompt_cache_hit_tokens'),
    cacheWrite: count(usage, 'prompt_tokens_details', 'cache_write_tokens'),
    reasoning,
  };
}

/** The last report of each number counts. */
function anthropicReading(events: readonly JsonValue[]): Reading {
  const reports = events.map((event) => at(event, 'usage') ?? at(event, 'message', 'usage'));
  const number = (...path: string[]): number | undefined =>
    reports.map((usage) => count(usage, ...path)).findLast((one) => one !== undefined);
  const uncached = number('input_tokens');
  const [cacheRead, cacheWrite] = [number('cache_read_input_tokens'), number('cache_creation_input_tokens')];
  return {
    input: uncached === undefined ? undefined : uncached + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: number('output_tokens'),
    cacheRead,
    cacheWrite,
    reasoning: number('output_tokens_details', 'thinking_tokens'),
    finish: events
      .map((event) => word(event, 'delta', 'stop_reason') ?? word(event, 'stop_reason'))
      .findLast((reason) => reason !== undefined),
  };
}

/** The last event with usage counts; tools' prompts are input, thoughts are output. */
function googleReading(events: readonly JsonValue[]): Reading {
  const usage = at(
    events.findLast((event) => isJsonObject(at(event, 'usageMetadata')) && count(event, 'usageMetadata', 'promptTokenCount') !== undefined),
    'usageMetadata',
  );
  const prompt = count(usage, 'promptTokenCount');
  const [candidates, thoughts] = [count(usage, 'candidatesTokenCount'), count(usage, 'thoughtsTokenCount')];
  const input = prompt === undefined ? undefined : prompt + (count(usage, 'toolUsePromptTokenCount') ?? 0);
  const total = count(usage, 'totalTokenCount');
  const unsaid = input === undefined || total === undefined ? undefined : total - input;
  const finish = events.map((event) => word(event, 'candidates', 0, 'finishReason')).findLast((reason) => reason !== undefined);
  return {
    input,
    output: candidates === undefined && thoughts === undefined ? unsaid : (candidates ?? 0) + (thoughts ?? 0),
    cacheRead: count(usage, 'cachedContentTokenCount'),
    cacheWrite: undefined,
    reasoning: thoughts,
    finish: finish ?? events.map((event) => word(event, 'promptFeedback', 'blockReason')).findLast((reason) => reason !== undefined),
  };
}

/** The text of a body that is parsed again. */
export function parsedAnswer(text: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
