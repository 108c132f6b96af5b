// This gateway with no plugin in front of a provider of one format: the second argument says of which, `chat` or `messages`.

import { createServer } from 'node:http';
import { aiGateway, anthropic, harden, openaiCompatible } from '@express-ai-gateway/core';
import express from 'express';
import { serve, upstreamOrigin } from '../probe.ts';

const apiKey = 'sk-bench';
const provider =
  process.argv[3] === 'messages'
    ? anthropic({ name: 'mock', baseUrl: upstreamOrigin(), apiKey })
    : openaiCompatible({ name: 'mock', baseUrl: `${upstreamOrigin()}/v1`, apiKey });
const gateway = aiGateway({ providers: [provider], models: { chat: 'mock/bench-1' }, allowAnonymous: true });
serve(harden(createServer(express().use('/ai', gateway))));
