// The program of the package express-ai-gateway, as npx runs it, with keys in a file.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

const env = { ...process.env, GATEWAY_PEPPER: randomBytes(32).toString('base64url'), GATEWAY_STORE: './data/gateway.db' };
const cli = (...args) =>
  execFileSync('node_modules/.bin/express-ai-gateway', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const key = cli('keys', 'create', '--label', 'first', '--models', 'chat', '--expires', '90d').trim();
assert.match(key, /^gw_live_[a-z2-7]{16}_[a-z2-7]+$/);
const [record] = JSON.parse(cli('keys', 'list', '--json'));
assert.deepEqual([record.label, record.state, record.restrictions], ['first', 'active', { models: ['chat'] }]);
assert.match(cli('keys', 'revoke', record.id), /revoked/);
