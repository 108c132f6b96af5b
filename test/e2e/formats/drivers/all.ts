import { aiSdkDrivers } from './ai-sdk.ts';
import { anthropic0Driver, anthropicDriver } from './anthropic.ts';
import type { Driver } from './driver.ts';
import { googleDriver } from './google.ts';
import { openaiChatDriver } from './openai-chat.ts';
import { openaiResponsesDriver } from './openai-responses.ts';

/** Every client library that the formats are proven with. */
export const drivers: readonly Driver[] = [
  openaiChatDriver,
  openaiResponsesDriver,
  anthropicDriver,
  anthropic0Driver,
  googleDriver,
  ...aiSdkDrivers,
];
