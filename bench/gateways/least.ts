// The least that a gateway inside Express can cost: the floor, reached through Express 5, with the body parsed once to see
// whether it is a chat and the model's name replaced. No limits, no errors, no metering.

import { createServer } from 'node:http';
import express from 'express';
import { serve } from '../probe.ts';
import { collect, relay } from './relay.ts';

serve(createServer(express().use((req, res) => collect(req, (body) => relay(req.originalUrl, renamed(body.toString('utf8')), res)))));

function renamed(text: string): string {
  const body = JSON.parse(text) as { readonly model: string; readonly messages: unknown };
  if (!Array.isArray(body.messages)) throw new Error('no chat');
  return text.replace(JSON.stringify(body.model), '"gpt-bench"');
}
