import * as core from '@express-ai-gateway/core';
import * as author from '@express-ai-gateway/core/plugin';
import * as logging from '@express-ai-gateway/logging';
import * as kit from '@express-ai-gateway/plugin-kit';
import * as simulated from '@express-ai-gateway/plugin-kit/simulated-provider';
import express from 'express';
import visit from './visit.cjs';

await visit({ express, core, author, logging, kit, simulated });
