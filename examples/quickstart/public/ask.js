// Asks the gateway from the page and shows the answer as it streams.

const form = document.querySelector('#ask');
const answer = document.querySelector('#answer');
const facts = document.querySelector('#facts');

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void show();
});

async function show() {
  const button = form.querySelector('button');
  button.disabled = true;
  answer.textContent = '';
  facts.textContent = '';
  try {
    await ask(new FormData(form).get('question'));
  } catch (error) {
    answer.textContent = `No answer: ${error.message}`;
  } finally {
    button.disabled = false;
  }
}

async function ask(question) {
  const startedAt = performance.now();
  const response = await fetch('/ai/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: question }], stream: true }),
  });
  if (!response.ok) throw new Error((await response.json()).error.message);
  let model = '';
  for await (const chunk of chunksOf(response)) {
    if (chunk.error) throw new Error(chunk.error.message);
    model = chunk.model ?? model;
    answer.textContent += chunk.choices[0]?.delta?.content ?? '';
  }
  facts.textContent = `${model}, ${Math.round(performance.now() - startedAt)} ms, exchange ${response.headers.get('x-request-id')}`;
}

async function* chunksOf(response) {
  let text = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const events = (text + read.value).split('\n\n');
    text = events.pop();
    for (const event of events) if (event.startsWith('data: {')) yield JSON.parse(event.slice('data: '.length));
  }
}
