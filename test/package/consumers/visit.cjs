// One visit to a gateway in an application of its own: mount, list the models, complete a chat, stream one, close.
// The process must end by itself afterwards; nothing here calls process.exit().

const assert = require('node:assert/strict');

/** @param modules what the application imported, in its own way */
module.exports = async function visit({ express, core, author, logging, kit, simulated }) {
  assert.equal(typeof kit.testPlugin, 'function');
  let settled = 0;
  const counting = author.definePlugin({
    name: 'counting',
    create: () => ({
      onRequest(context) {
        context.onSettled(() => {
          settled += 1;
        });
      },
    }),
  });

  const provider = await simulated.startSimulatedProvider();
  const gateway = core.aiGateway({
    providers: [core.openaiCompatible({ name: 'simulated', baseUrl: provider.url })],
    models: { chat: ['simulated/anything'] },
    plugins: [logging.logging({ level: 'error' }), counting()],
    allowAnonymous: true,
  });
  const app = express();
  app.use('/ai', gateway);
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });

  const base = `http://127.0.0.1:${server.address().port}/ai/v1`;
  const models = await (await fetch(`${base}/models`)).json();
  assert.ok(
    models.data.some(({ id }) => id === 'chat'),
    JSON.stringify(models),
  );
  const chat = (body) =>
    fetch(`${base}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }], ...body }),
    });
  const whole = await chat({});
  assert.equal(whole.status, 200);
  assert.ok((await whole.json()).choices[0].message.content.length > 0);
  const streamed = await chat({ stream: true });
  assert.equal(streamed.headers.get('content-type')?.split(';')[0], 'text/event-stream');
  assert.match(await streamed.text(), /\ndata: \[DONE\]\n\n$/);

  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await gateway.close();
  await provider.close();
  await closed;
  assert.equal(settled, 3);
  console.log('OK');
};
