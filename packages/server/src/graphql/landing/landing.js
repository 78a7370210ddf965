/**
 * The landing page: choose an example, run it, read who answered. Answers are shown as text, never as markup.
 */
const by = (id) => document.getElementById(id);

const words = {
  ANSWERED: 'answered',
  PARTIAL: 'answered in part',
  FILLED: 'from the mirror',
  LATE: 'too late',
  FAILED: 'failed',
  WITHHELD: 'kept something back',
  NOT_ASKED: 'not asked',
};
const whole = new Set(['ANSWERED', 'NOT_ASKED']);

const element = (name, text) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
};

const say = (text) => {
  by('status').textContent = text;
};

/** Every list of sources in an answer, with the path under which it stands. */
const sourcesIn = (value, path = []) => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === 'sources' && Array.isArray(part) ? [{ path: path.join('.'), sources: part }] : sourcesIn(part, Array.isArray(value) ? path : [...path, key]),
  );
};

const row = (source) => {
  const made = element('tr');
  if (source.status && !whole.has(source.status)) made.className = 'missing';
  const agency = source.agency?.name ?? source.agency?.id ?? '';
  for (const cell of [agency, words[source.status] ?? source.status ?? '', source.rows ?? '', source.latency ?? '', source.age ?? '', source.reason ?? ''])
    made.append(element('td', String(cell)));
  return made;
};

const table = ({ path, sources }) => {
  const made = element('table');
  made.append(element('caption', `${path}: ${sources.filter(({ status }) => whole.has(status)).length} of ${sources.length} sources complete`));
  const head = element('tr');
  for (const name of ['Agency', 'Status', 'Rows', 'Latency', 'Age', 'Why']) {
    const cell = element('th', name);
    cell.scope = 'col';
    head.append(cell);
  }
  const [top, body] = [element('thead'), element('tbody')];
  top.append(head);
  body.append(...sources.map(row));
  made.append(top, body);
  return made;
};

const show = (answer, ms) => {
  by('answer').value = JSON.stringify(answer, null, 2);
  by('sources').replaceChildren(...sourcesIn(answer.data).map(table));
  const wrong = answer.errors?.length ?? 0;
  say(wrong > 0 ? `${wrong === 1 ? 'One error' : `${wrong} errors`}: ${answer.errors[0].message}` : `Answered in ${Math.round(ms)} ms.`);
};

const body = () => {
  const variables = by('variables').value.trim();
  return { query: by('question').value, ...(variables && { variables: JSON.parse(variables) }) };
};

const tried = (run) => async () => {
  try {
    await run();
  } catch (cause) {
    say(cause instanceof SyntaxError ? `The variables are not valid JSON: ${cause.message}` : `The node did not answer: ${cause.message}`);
  }
};

const run = tried(async () => {
  say('Asking …');
  const from = performance.now();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
    body: JSON.stringify(body()),
  });
  show(await response.json(), performance.now() - from);
});

const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const copy = tried(async () => {
  const command = `curl -sS ${quoted(new URL('/graphql', location.href).href)} -H 'content-type: application/json' -d ${quoted(JSON.stringify(body()))}`;
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(command);
    return say('Copied.');
  }
  by('answer').value = command;
  say('The clipboard is not open to this page: the command stands below.');
});

const choose = (example, button) => {
  by('question').value = example.query;
  by('variables').value = Object.keys(example.variables).length > 0 ? JSON.stringify(example.variables, null, 2) : '';
  for (const other of document.querySelectorAll('#examples button')) other.setAttribute('aria-pressed', String(other === button));
};

const list = (examples) => {
  by('no-examples').hidden = examples.length > 0;
  const buttons = examples.map((example) => {
    const button = element('button', example.title);
    button.type = 'button';
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => choose(example, button));
    return [example, button];
  });
  by('examples').replaceChildren(
    ...buttons.map(([, button]) => {
      const item = element('li');
      item.append(button);
      return item;
    }),
  );
  const [first] = buttons;
  if (first) choose(...first);
  else by('question').value = '{\n  agency { id name }\n  summary(by: [KIND]) { kind { id label } count }\n}\n';
};

by('run').addEventListener('click', run);
by('curl').addEventListener('click', copy);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run();
});
await tried(async () => list(await (await fetch('/graphql/examples')).json()))();
