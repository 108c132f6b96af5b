import { aiGateway, type Gateway, openaiCompatible } from '@express-ai-gateway/core';
import { logging } from '@express-ai-gateway/logging';
import express, { type Express } from 'express';
import DailyRotateFile from 'winston-daily-rotate-file';

/** An Express app with the gateway at `/ai` that writes a line for each call into the day's file in `folder`. */
export function makeApp(providerUrl: string, folder: string): { readonly app: Express; readonly gateway: Gateway } {
  const dailyFile = new DailyRotateFile({
    dirname: folder,
    filename: 'ai-%DATE%.log',
    datePattern: 'YYYY-MM-DD',
    zippedArchive: true,
    maxFiles: '14d',
  });
  const gateway = aiGateway({
    providers: [openaiCompatible({ name: 'simulated', baseUrl: providerUrl })],
    models: { chat: 'simulated/chat' },
    plugins: [logging({ transports: [dailyFile] })],
    allowAnonymous: true, // an example on loopback; yours has an authentication plugin
  });
  return { app: express().use('/ai', gateway), gateway };
}
