/**
 * Process server: a program of its own that speaks OGC API - Processes over one process, as an agency's own system does: described, executed at once or as a job with
 * progress, its results read, dismissed. It prints its address.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { routeWave, type Wave } from './flood-wave.ts';

type Job = { status: 'accepted' | 'running' | 'successful' | 'failed' | 'dismissed'; progress: number; message?: string; wave?: Wave };
type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };
type Inputs = { readonly peak: number; readonly reach: string; readonly hours: number };

const description = {
  id: 'flood-wave',
  version: '1.2.0',
  title: 'Flood wave',
  description: 'Muskingum routing of a flood wave and the stage by the rating curve',
  jobControlOptions: ['sync-execute', 'async-execute', 'dismiss'],
  outputTransmission: ['value'],
  inputs: {
    discharge_cfs: { title: 'Peak discharge', schema: { type: 'number', minimum: 0, maximum: 500_000 } },
    reach: { title: 'Reach', schema: { type: 'string', enum: ['U', 'L'] } },
    days: { title: 'Days ahead', minOccurs: 0, schema: { type: 'number', minimum: 0, default: 2 } },
  },
  outputs: {
    peak_ft: { title: 'Highest stage', schema: { type: 'number' } },
    stages_ft: { title: 'Stage by hour', schema: { type: 'array', items: { type: 'number' } } },
    model: { title: 'Model', schema: { type: 'string' } },
  },
};

const jobs = new Map<string, Job>();

/** So many hours are computed before others have their turn. */
const hoursAtOnce = 1_000;

const outputsOf = ({ peakFt, stagesFt }: Wave) => ({ peak_ft: peakFt, stages_ft: { value: stagesFt, mediaType: 'application/json' }, model: 'muskingum-7' });

/** The model knows no wave that is higher than its dykes. */
const beyondModel = 400_000;

const isDismissed = ({ status }: Job): boolean => status === 'dismissed';

const carryOut = async (inputs: Inputs, job: Job): Promise<void> => {
  job.status = 'running';
  const wave = routeWave(inputs);
  for (;;) {
    for (let hour = 0; hour < hoursAtOnce; hour += 1) {
      const step = wave.next();
      if (step.done) {
        Object.assign(
          job,
          inputs.peak > beyondModel ? { status: 'failed', message: 'the dykes are overtopped' } : { status: 'successful', progress: 100, wave: step.value },
        );
        return;
      }
      job.progress = Math.floor(step.value * 100);
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (isDismissed(job)) return;
  }
};

const exception = (status: number, title: string, detail: string): Answer => ({
  status,
  body: { type: `http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/${title}`, title, detail },
  headers: { 'content-type': 'application/problem+json' },
});

const isNumberIn = (value: unknown, most: number): value is number => typeof value === 'number' && value >= 0 && value <= most;

const readInputs = (body: unknown): Inputs | string => {
  const { discharge_cfs: peak, reach, days = 2 } = Object(Object(body).inputs);
  if (!isNumberIn(peak, 500_000)) return 'discharge_cfs: a number from 0 to 500000';
  if (reach !== 'U' && reach !== 'L') return 'reach: U or L';
  return isNumberIn(days, Number.MAX_SAFE_INTEGER) ? { peak, reach, hours: Math.ceil(days * 24) } : 'days: a number';
};

const execute = async (body: unknown, prefer: string): Promise<Answer> => {
  const inputs = readInputs(body);
  if (typeof inputs === 'string') return exception(400, 'InvalidParameterValue', inputs);
  const job: Job = { status: 'accepted', progress: 0 };
  const carried = carryOut(inputs, job);
  if (prefer.includes('respond-async')) {
    const id = randomUUID();
    jobs.set(id, job);
    return { status: 201, body: statusOf(id, job), headers: { location: `/jobs/${id}` } };
  }
  await carried;
  return job.wave ? { status: 200, body: outputsOf(job.wave) } : exception(500, 'InternalError', job.message ?? 'failed');
};

const statusOf = (id: string, { status, progress, message }: Job) => ({
  processID: description.id,
  type: 'process',
  jobID: id,
  status,
  progress,
  ...(message !== undefined && { message }),
});

const aboutJob = (method: string, id: string, part: string | undefined): Answer => {
  const job = jobs.get(id);
  if (!job) return exception(404, 'NoSuchJob', id);
  if (method === 'DELETE') job.status = 'dismissed';
  if (part === undefined) return { status: 200, body: statusOf(id, job) };
  return job.wave ? { status: 200, body: outputsOf(job.wave) } : exception(404, 'ResultNotReady', id);
};

const readBody = async (incoming: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return chunks.length > 0 ? JSON.parse(String(Buffer.concat(chunks))) : undefined;
};

const answer = async (incoming: IncomingMessage): Promise<Answer> => {
  const { method = 'GET', url = '/', headers } = incoming;
  const [room, id, part] = url.split('?')[0]?.split('/').slice(1) ?? [];
  if (room === 'jobs' && id === undefined) return { status: 200, body: { jobs: [...jobs].map(([name, job]) => statusOf(name, job)), links: [] } };
  if (room === 'jobs') return aboutJob(method, id ?? '', part);
  if (room !== 'processes') return exception(404, 'NotFound', url);
  if (id === undefined) return { status: 200, body: { processes: [description], links: [] } };
  if (id !== description.id) return exception(404, 'NoSuchProcess', id);
  return part === 'execution' && method === 'POST' ? execute(await readBody(incoming), String(headers['prefer'] ?? '')) : { status: 200, body: description };
};

const send = (response: ServerResponse, { status, body, headers }: Answer): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

const server = createServer((incoming, response) => {
  answer(incoming).then(
    (made) => send(response, made),
    (cause) => send(response, exception(500, 'InternalError', String(cause))),
  );
});
server.listen(0, '127.0.0.1', () => {
  const bound = server.address();
  process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}` })}\n`);
});
