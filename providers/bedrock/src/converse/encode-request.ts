import { hash } from 'node:crypto';
import {
  type Encoded,
  type JsonObject,
  type JsonValue,
  Losses,
  type NeutralField,
  type NeutralRequest,
  outputLimit,
  present,
  type TargetTraits,
} from '@express-ai-gateway/core/provider';
import { encodeFormat } from './encode-format.ts';
import { encodeReasoning } from './encode-reasoning.ts';
import { encodeSampling } from './encode-sampling.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeTurns, lacksReasoning } from './encode-turns.ts';
import type { EncoderAbout } from './encoder.ts';
import { bedrockModel } from './models.ts';
import { hasToolHistory, toolsAsTexts } from './tool-history.ts';

/** Where nothing is known of the model: what the least of Claude's newer ones gives. */
const usualLimit = 32_000;

/** The request for Converse. Model and streaming are said by the path. */
export function encodeRequest(request: NeutralRequest, target: TargetTraits): Encoded<JsonObject> {
  const about: EncoderAbout = { quirks: target.quirks, model: bedrockModel(target.model), losses: new Losses<NeutralField>() };
  const { model, losses } = about;
  const tools = encodeTools(request, about);
  const turns = encodeTurns(turnsFor(request, tools.toolConfig !== undefined, about), about);
  const format = encodeFormat(request.format, about);
  const most = target.maxOutputTokens ?? model.traits.maxOutputTokens;
  const reasoning = encodeReasoning(
    request.reasoning,
    {
      limit: outputLimit(request.maxOutputTokens, most),
      most: most ?? usualLimit,
      forced: tools.forced,
      lacksReasoning: lacksReasoning(turns.messages),
    },
    about,
  );
  const sampling = encodeSampling(request, reasoning, about);
  const stop = model.stop ? request.stop : [];
  if (stop.length < request.stop.length) losses.refuse('stop');
  if (reasoning.free && reasoning.limit !== undefined) losses.drop('maxOutputTokens');
  const value = present({
    messages: turns.messages,
    system: listed([...turns.system, ...format.instructions]),
    inferenceConfig: membersOf({
      maxTokens: reasoning.free ? undefined : reasoning.limit,
      ...sampling.config,
      stopSequences: listed(stop),
    }),
    toolConfig: tools.toolConfig,
    outputConfig: format.outputConfig,
    additionalModelRequestFields: membersOf({ ...sampling.fields, ...reasoning.fields, tool_choice: tools.ownChoice }),
    additionalModelResponseFieldPaths: stop.length > 0 && model.traits.claude ? [stopSequencePath(request.stream)] : undefined,
    requestMetadata: request.user === undefined ? undefined : { user: userId(request.user) },
  });
  return { value, losses: losses.list() };
}

/** The conversation as it can be told with these tools. */
function turnsFor({ turns, toolChoice }: NeutralRequest, withTools: boolean, { losses }: EncoderAbout): NeutralRequest['turns'] {
  if (withTools || !hasToolHistory(turns)) return turns;
  losses.drop(toolChoice === undefined ? 'tools' : 'toolChoice');
  return toolsAsTexts(turns);
}

/** Where Claude's own answer says which sequence it stopped at: Converse has no word for it. */
function stopSequencePath(stream: boolean): string {
  return stream ? '/delta/stop_sequence' : '/stop_sequence';
}

/** It stands in the operator's own invocation logs; of characters it takes few (API reference, `requestMetadata`). */
function userId(user: string): string {
  return /^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/.test(user) ? user : hash('sha256', user, 'hex');
}

function listed<T extends JsonValue>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

function membersOf(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject | undefined {
  const object = present(members);
  return Object.keys(object).length > 0 ? object : undefined;
}
