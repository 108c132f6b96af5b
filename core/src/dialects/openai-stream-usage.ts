import type { JsonDocument } from '../json/document.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';

// Chat and the older completions report usage of a stream only to who asks for it, with the same option.

/** Whether the client asked for usage. */
export function wantsUsage(body: JsonObject): boolean {
  const options = body.stream_options;
  return isJsonObject(options) && options.include_usage === true;
}

/** Asks for it. Looks at the request as plugins left it. True when that added something to strip. */
export function requestUsage(document: JsonDocument): boolean {
  const options = document.currentValue(['stream_options']);
  if (isJsonObject(options)) {
    if (options.include_usage === true) return false;
    if (options.include_usage === undefined) document.insertKey(['stream_options'], 'include_usage', 'true');
    else document.replaceValue(['stream_options', 'include_usage'], 'true');
  } else if (options === undefined) document.insertKey([], 'stream_options', '{"include_usage":true}');
  else document.replaceValue(['stream_options'], '{"include_usage":true}');
  return true;
}
