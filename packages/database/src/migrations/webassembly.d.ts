/** The part of the WebAssembly JavaScript interface that is used here; @types/node leaves it to the `dom` library. */
declare namespace WebAssembly {
  interface Module {
    readonly module: unique symbol;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Record<string, unknown>): Promise<{ exports: Record<string, unknown> }>;
}
