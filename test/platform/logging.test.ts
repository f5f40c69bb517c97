import { describe, expect, it } from '@jest/globals';
import { runModule } from './support/child.js';

/** The lines that a process writes whose logger has these options. */
async function lines(statements: string, level = 'info'): Promise<Record<string, unknown>[]> {
  const child = runModule(`
    import { createLogger } from '@mcp-gateway/platform/logging';
    const log = createLogger('data-plane', '${level}');
    ${statements}
    log.flush();
    process.disconnect();
  `);
  await child.ended;
  expect(child.output()).not.toContain('hunter2');
  const written = child.output().trimEnd();
  return written === '' ? [] : written.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a log line', () => {
  it('is JSON with a time, a level in words and the service', async () => {
    expect(await lines(`log.info({ port: 1 }, 'listens');`)).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        service: 'data-plane',
        port: 1,
        msg: 'listens',
      },
    ]);
  });

  it.each([
    ['a field', `log.info({ authorization: 'Bearer hunter2' })`],
    ['a request', `log.info({ req: { headers: { Cookie: 'hunter2', 'Mcp-Session-Id': 'hunter2' } } })`],
    ['a row', `log.info({ row: { spec: { environmentVariables: { KEY: 'hunter2' } } } })`],
    ['a child', `log.child({ password: 'hunter2', environmentVariables: { A: 'hunter2' } }).info('x')`],
    ['an error', `log.error(Object.assign(new Error('x'), { options: { headers: { authorization: 'hunter2' } } }))`],
    [
      'a cause',
      `log.error({ err: new Error('x', { cause: Object.assign(new Error('y'), { password: 'hunter2' }) }) })`,
    ],
  ])('contains no secret of %s', async (_what, statement) => {
    expect(await lines(`${statement};`)).toHaveLength(1);
  });

  it('contains the stack and the cause of an error', async () => {
    const [line] = await lines(`log.error({ err: new TypeError('outer', { cause: new Error('inner') }) }, 'failed');`);
    expect(line).toMatchObject({
      level: 'error',
      msg: 'failed',
      err: { type: 'TypeError', message: 'outer: inner', stack: expect.stringContaining('caused by: Error: inner') },
    });
  });

  it('contains no terminal control sequence, and the same text for a JSON parser', async () => {
    const text = '\u001b[2J\u009b31m\u202eevil\u007f';
    const child = runModule(`
      import { createLogger } from '@mcp-gateway/platform/logging';
      const log = createLogger('data-plane', 'info').child({ caller: ${JSON.stringify(text)} });
      log.info({ [${JSON.stringify(text)}]: 1 }, ${JSON.stringify(text)});
      log.flush();
      process.disconnect();
    `);
    await child.ended;
    // oxlint-disable-next-line no-control-regex
    expect(child.output()).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(JSON.parse(child.output())).toMatchObject({ caller: text, [text]: 1, msg: text });
  });

  it('is written from the requested level up', async () => {
    expect(await lines(`log.info('a'); log.warn('b'); log.error('c');`, 'warn')).toMatchObject([
      { msg: 'b' },
      { msg: 'c' },
    ]);
    expect(await lines(`log.error('c');`, 'silent')).toEqual([]);
  });
});

describe('on a terminal, a log line', () => {
  const shown = async (level: string, statement: string) => {
    const child = runModule(`
      process.stderr.isTTY = true;
      const { createLogger } = await import('@mcp-gateway/platform/logging');
      const log = createLogger('data-plane', '${level}');
      ${statement};
      log.flush();
      process.disconnect();
    `);
    await child.ended;
    return child.output().replaceAll(/^\d\d:\d\d:\d\d/gm, 'TIME');
  };
  const FAILURE = `log.error({ err: new Error('outer', { cause: new Error('inner') }), password: 'hunter2' }, 'failed')`;

  it('is a sentence without a stack or a secret', async () => {
    expect(await shown('info', FAILURE)).toBe('TIME error data-plane: failed (password "[Redacted]"): outer: inner\n');
  });

  it('is followed by the stack from level debug on', async () => {
    expect(await shown('debug', FAILURE)).toMatch(/failed .*outer: inner\n {4}Error: outer\n {8}at .*caused by: /s);
  });

  it('makes the terminal do nothing', async () => {
    const output = await shown('info', `log.info({ 'a\u009b2J': '\u001b[2J' }, 'x\u202ey')`);
    expect(output).toBe('TIME info data-plane: x\\u202ey (a\\u009b2J "\\u001b[2J")\n');
  });
});
