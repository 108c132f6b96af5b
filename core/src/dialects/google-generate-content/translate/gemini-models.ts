// What differs between Gemini's generations. Names are open-ended: an unknown Gemini, and an alias such as
// `gemini-flash-latest`, is taken for the newest kind. Source: AI SDK, google-model-catalog (Apache-2.0).

export type Thinking =
  /** Gemini 3 and later: by level; it cannot be switched off. */
  | { readonly by: 'level'; readonly levels: readonly ThinkingLevel[] }
  /** Gemini 2.5: by tokens. `min` 0: it can be switched off. */
  | { readonly by: 'budget'; readonly min: number; readonly max: number }
  | { readonly by: 'none' };

export type ThinkingLevel = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

export interface ModelTraits {
  readonly thinking: Thinking;
  /** Gemini 3 and later: media in results, JSON answers beside tools, calls must come back with their signature. */
  readonly newest: boolean;
  /** Gemma 3 has no system instruction. */
  readonly systemInstruction: boolean;
  /** Gemini 2.5 on the Gemini API refuses penalties; Vertex does not, but which of both it is cannot be seen here. */
  readonly penalties: boolean;
  /** More is a 400; Claude Code asks for 128,000 of whatever model. `undefined`: unknown. */
  readonly maxOutputTokens: number | undefined;
}

export function modelTraits(model: string): ModelTraits {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const gemini = /(?:^|\.)gemini-/.test(name);
  const older = /(?:^|\.)gemini-(?:[12](?:[.-]|$)|pro(?:-vision)?$|robotics-er-1\.5)/.test(name);
  const second = /(?:^|\.)gemini-2\.5(?:[.-]|$)/.test(name);
  const newest = gemini && !older;
  return {
    thinking: thinkingOf(name, newest, second),
    newest,
    systemInstruction: !name.startsWith('gemma-'),
    penalties: !second,
    maxOutputTokens: gemini ? 65_536 : undefined,
  };
}

function thinkingOf(name: string, newest: boolean, second: boolean): Thinking {
  if (newest && !name.includes('gemini-3-pro-image')) return { by: 'level', levels: levelsOf(name) };
  if (!newest && !second) return { by: 'none' };
  const pro = name.includes('-pro');
  return { by: 'budget', min: name.includes('2.5-pro') ? 128 : 0, max: pro ? 32_768 : 24_576 };
}

function levelsOf(name: string): readonly ThinkingLevel[] {
  if (/gemini-4-hydrogen(?:-|$)/.test(name)) return ['low', 'medium', 'high', 'xhigh'];
  return hasMinimal(name) ? ['minimal', 'low', 'medium', 'high'] : ['low', 'medium', 'high'];
}

/** Neither the larger models nor Flash since 3.7 have the lowest level. */
function hasMinimal(name: string): boolean {
  if (name.endsWith('gemini-flash-latest')) return false;
  if (/gemini-(?:[3-9]|\d\d)(?:\.\d+)?-pro(?:$|-)/.test(name)) return false;
  const flash = /gemini-(\d+)\.(\d+)-flash(?:$|-(?!lite(?:-|$)))/.exec(name);
  return flash === null || Number(flash[1]) * 1000 + Number(flash[2]) < 3007;
}
