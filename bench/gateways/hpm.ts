// What teams reach for first: Express 5 with http-proxy-middleware 4, bytes passed through. The scale of every ratio.

import { Agent, createServer } from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { serve, upstreamOrigin } from '../probe.ts';

// Its own default but for the number of sockets: 256 would make 500 streams wait for each other.
const agent = new Agent({ keepAlive: true, maxSockets: 1_024 });

serve(createServer(express().use(createProxyMiddleware({ target: upstreamOrigin(), agent }))));
