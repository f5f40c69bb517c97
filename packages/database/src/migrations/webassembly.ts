/** The part of the standard interface that is used here; only TypeScript's `dom` library describes it. */
interface WebAssembly {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: Record<string, object>): Promise<{ exports: Record<string, unknown> }>;
}

export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssembly }).WebAssembly;
