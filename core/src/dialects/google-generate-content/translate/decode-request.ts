import { isJsonObject, type JsonObject } from '../../../model/json.ts';
import type { NeutralRequest, Translated } from '../../../model/neutral.ts';
import { badField } from '../../fields.ts';
import { elements, fieldOf } from '../../google-fields.ts';
import { RequestLosses } from '../../translate/losses.ts';
import type { RequestAbout } from '../../translation.ts';
import { decodeSettings } from './decode-settings.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';
import { decodeSystem, decodeTurns } from './decode-turns.ts';
import { knownKeys } from './known-keys.ts';
import { placeName } from './place-name.ts';

const known = [
  ...['contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig'],
  ...['model', 'safetySettings', 'cachedContent', 'modelArmorConfig'],
];

/** A client's request in the neutral form. Fields are found in both spellings that Google takes. */
export function decodeRequest(body: JsonObject, about: RequestAbout): Translated<NeutralRequest> {
  const losses = new RequestLosses();
  losses.dropOthers(body, knownKeys(body, known));
  refuseRestrictions(body, losses);
  const value: NeutralRequest = {
    model: about.model,
    stream: about.stream,
    turns: [...decodeSystem(body, losses), ...decodeTurns(body, losses)],
    tools: decodeTools(body, losses),
    toolChoice: decodeToolChoice(body, losses),
    parallelTools: undefined,
    ...decodeSettings(body, losses),
    user: undefined,
  };
  return { value, losses: losses.list() };
}

/** Thresholds that let everything through, by name or number: nobody else blocks by them anyway. */
const open: ReadonlySet<unknown> = new Set(['OFF', 'BLOCK_NONE', 'HARM_BLOCK_THRESHOLD_UNSPECIFIED', 0, 4, 5]);

/** What must hold for the answer, or is a part of the prompt that only Google has. */
function refuseRestrictions(body: JsonObject, losses: RequestLosses): void {
  for (const field of ['cachedContent', 'modelArmorConfig']) {
    const value = fieldOf(body, field);
    if (value !== undefined && value !== '' && !(isJsonObject(value) && Object.keys(value).length === 0)) losses.refuse(field);
  }
  for (const [setting, path] of elements(body, 'safetySettings', [])) {
    if (!isJsonObject(setting)) badField(placeName(path), 'an object with category and threshold', setting);
    if (open.has(fieldOf(setting, 'threshold') ?? 'OFF')) losses.drop('safetySettings');
    else losses.refuse(placeName(path));
  }
}
