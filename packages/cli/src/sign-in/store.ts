import type { ContextsFile } from '../frame/contexts-file.js';
import { LoginState, type LoginStore } from './login-state.js';

/** Keeps a login in its context, in the file that only this user can read. */
export function contextStore(file: ContextsFile, name: string): LoginStore {
  return {
    lockPath: `${file.file}.login-${name}`,
    async read() {
      const found = (await file.read()).contexts.find((each) => each.name === name);
      const state = LoginState.safeParse(found?.login);
      return state.success ? state.data : undefined;
    },
    write: (state) =>
      file.update((now) => ({
        ...now,
        contexts: now.contexts.map((each) => {
          if (each.name !== name) return each;
          const { login: _login, ...rest } = each;
          return state ? { ...rest, login: state } : rest;
        }),
      })),
  };
}
