import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { ConnectionError, type Schemas } from '@mcp-gateway/client';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import { oneLine, paint, write } from '../frame/terminal.js';

type ChangeEvent = Schemas['ChangeEvent'];

/** Before connecting again; the gateway keeps events for longer. */
const RECONNECT_MS = 1_000;
const MAX_FAILURES = 10;

interface EventOptions {
  since?: string;
  kind?: ChangeEvent['kind'];
  name?: string;
}

/** `mcp-gateway events`. */
export const eventsCommand = (surroundings: Surroundings): Command =>
  new Command('events')
    .description('print what changes, as it changes, until Ctrl-C; with -o json, one event in each line')
    .option('--since <id or time>', 'begin after the event with this id, or at this time; without it, now')
    .addOption(
      new Option('--kind <kind>', 'only events of this kind').choices([
        'adapter',
        'tool',
        'toolset',
        'tenant',
        'quota',
      ]),
    )
    .option('--name <name>', 'only events of resources with this name')
    .action(act(surroundings, events));

/** Goes on after the last event when the connection breaks. */
async function events(run: Run, query: EventOptions): Promise<void> {
  const { session, signal } = run;
  let last: string | undefined;
  for (let failures = 0; ;) {
    const header = last === undefined ? {} : { 'Last-Event-ID': last };
    try {
      for await (const { id, event, data } of session.client.stream('streamEvents', { query, header, signal })) {
        failures = 0;
        last = id ?? last;
        await show(run, event ?? 'message', data);
      }
      if (signal.aborted) return;
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof ConnectionError)) throw thrown;
      failures += 1;
      if (failures >= MAX_FAILURES || (failures === 1 && last === undefined && thrown.reason === 'unreachable'))
        throw thrown;
      await run.print.note('The connection broke off; connecting again …');
    }
    await sleep(RECONNECT_MS, undefined, { signal }).catch(() => {});
  }
}

async function show({ print, terminal }: Run, type: string, data: string): Promise<void> {
  if (print.format.kind === 'json') return write(terminal.stdout, `${JSON.stringify({ type, ...parsed(data) })}\n`);
  if (type === 'start' || type === 'reset')
    return print.note(
      type === 'start' ? 'Following changes …' : 'Earlier changes are not kept; following from now on …',
    );
  const { time = '', kind = '', name = '', phase } = parsed(data);
  const what = `${time}  ${paint('bold', type.padEnd(7), terminal.stdout, terminal)}  ${oneLine(`${kind}/${name}`)}${phase ? `  ${phase}` : ''}`;
  await write(terminal.stdout, `${what}\n`);
}

function parsed(data: string): Partial<ChangeEvent> {
  try {
    return JSON.parse(data) as Partial<ChangeEvent>;
  } catch {
    return {};
  }
}
