import { expect } from '@jest/globals';
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // The tests check what the answer contains.
  // oxlint-disable-next-line typescript/no-explicit-any
  json: any;
}

export type Caller = ReturnType<typeof caller>;

/** Calls the API as one caller. */
export function caller(url: string, subject: string, ...roles: string[]) {
  const identity = { 'x-dev-userid': subject, 'x-dev-roles': roles.join(',') || 'mcp.dev' };

  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { ...identity, ...json, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
  }

  return {
    call,
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    post: (body: unknown, headers?: Record<string, string>) => call('POST', '/adapters', body, headers),
    put: (name: string, body: unknown, headers?: Record<string, string>) =>
      call('PUT', `/adapters/${name}`, body, headers),
    remove: (name: string, headers?: Record<string, string>) => call('DELETE', `/adapters/${name}`, undefined, headers),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body of an error answer. */
export const problem = (status: number, code: string, title: string, more: object = {}) => ({
  type: `/errors#${code}`,
  title,
  status,
  code,
  ...more,
  requestId: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
});

export const NOT_FOUND = problem(404, 'ADAPTER_NOT_FOUND', 'There is no such adapter', {
  detail: 'none has this name, or you may not use it; GET /adapters lists those that you may use',
});
export const FORBIDDEN = problem(403, 'FORBIDDEN', 'You may not do this', {
  detail: 'only the creator of this adapter, an administrator of its tenant or mcp.admin may change it',
});
export const CONFLICT = problem(412, 'EDIT_CONFLICT', 'The resource has changed since you read it', {
  detail: 'read it again and repeat your change',
});
export const invalid = (...errors: { pointer?: string; parameter?: string; detail: string }[]) =>
  problem(400, 'INVALID_REQUEST', 'The request is not valid', {
    detail: errors.map(({ pointer, parameter, detail }) => `${pointer ?? parameter} ${detail}`).join('; '),
    errors,
  });
