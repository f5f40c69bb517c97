import type { ServerResponse } from 'node:http';

/** Calls back when the head of the answer is about to go out, with its headers as far as they are a flat list. */
export function onHead(res: ServerResponse, listener: (status: number, headers: readonly string[]) => void): void {
  const { writeHead } = res;
  res.writeHead = (...args: unknown[]) => {
    const [status] = args;
    const headers = args.find((each) => Array.isArray(each)) as string[] | undefined;
    listener(Number(status), headers ?? []);
    return Reflect.apply(writeHead, res, args);
  };
}
