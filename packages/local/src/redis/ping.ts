import { connect } from 'node:net';

const ANSWER_MS = 1_000;

/** Whether the server on that port of loopback takes the password and answers. */
export function answersPing(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(ANSWER_MS, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      if (answer.includes('-')) end(false); // an error: another server
      if (answer === '+OK\r\n+PONG\r\n') end(true);
    });
  });
}
