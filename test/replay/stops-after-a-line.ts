// A translated stream whose provider stops between the last line of an event and its blank line. In a process of its own: what
// never returns takes its process with it.

import { chatDialectOf, played, streamDialectOf } from './streams.ts';

const [from, to] = [streamDialectOf('openai-chat'), chatDialectOf('anthropic-messages')];
if (from === undefined || to === undefined) throw new TypeError('both dialects are there');
const { error } = played([Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n')], { from, to, request: {} });
console.log(error?.code);
