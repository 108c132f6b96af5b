import core = require('@express-ai-gateway/core');
import author = require('@express-ai-gateway/core/plugin');
import express = require('express');

const quiet = author.definePlugin({ name: 'quiet', create: () => ({}) });
const gateway: core.Gateway = core.aiGateway({ providers: [core.openai({ apiKey: 'key' })], plugins: [quiet()], allowAnonymous: true });

express().use('/ai', gateway);
