import type { ServiceProvision } from '@express-ai-gateway/core';
import type { GatewayPlugin } from '@express-ai-gateway/core/plugin';

/** What the kit must know of a plugin to test it. Only `plugin` is needed. */
export interface PluginRegistration {
  /**
   * Makes the plugin, anew for each gateway: `() => teamLabel({ header: 'x-team' })`. Choose options that let the kit's
   * own requests through (a rate limit above 1,000, an allow list with everybody on it).
   */
  readonly plugin: () => GatewayPlugin;
  /** Plugins that must stand before it, e.g. one that sets the slot it requires. */
  readonly earlier?: () => readonly GatewayPlugin[];
  /** Services in place of the defaults; made anew for each gateway. */
  readonly services?: () => readonly ServiceProvision[];
  /** Headers that the plugin wants to see. `caller` is another word for each caller: put it where the plugin tells callers apart. */
  readonly headers?: (caller: string) => Readonly<Record<string, string>>;
  /** For plugins that change texts: the kit then proves that they do it the same way however the text is cut. */
  readonly changesText?: TextChange;
  /**
   * Whether bytes may differ otherwise than `changesText` says. Default `nothing`: what goes to the upstream and what
   * comes back must be, byte for byte, what it is without the plugin. `events`: the same but for the answer's stream, whose
   * texts may come in other events than they came in, as they do when a plugin holds some of them back.
   */
  readonly changes?: 'nothing' | 'events' | 'something';
  /** For plugins that answer or refuse themselves: a request that makes them do so. */
  readonly answers?: OwnAnswer;
}

export interface TextChange {
  /** A text that the plugin changes, e.g. `Call 555-0199.` Without quotes, backslashes and line breaks. */
  readonly input: string;
  /** The same text afterwards. */
  readonly expected: string;
  /** Where the plugin changes it. Default: everywhere. */
  readonly in?: readonly TextPlace[];
}

/** `toolArguments`: JSON that the model writes for tools, changed inside its strings. */
export type TextPlace = 'request' | 'answer' | 'toolArguments';

export interface OwnAnswer {
  /** The user's text in that request. Default: the kit's own. */
  readonly text?: string;
  /** Further headers of that request. They win over `headers`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The status that the client must get. */
  readonly status: number;
}
