/** The part of the router of Express that lists its routes. */
interface Layer {
  rawPath: string;
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** The routes of the app, such as `GET /adapters/{name}`, sorted. */
export function routesOf(app: { router: unknown }): string[] {
  return routesIn((app.router as { stack: Layer[] }).stack, '').toSorted();
}

function routesIn(stack: Layer[], prefix: string): string[] {
  return stack.flatMap(({ rawPath, route, handle }) => {
    if (!route) return routesIn(handle.stack ?? [], rawPath === '/' ? prefix : prefix + rawPath);
    const path = (prefix + route.path).replace(/(?<=.)\/$/, '').replaceAll(/:(\w+)/g, '{$1}');
    const methods = Object.keys(route.methods).filter((method) => method !== '_all'); // `_all` marks the handler of other methods
    return methods.map((method) => `${method.toUpperCase()} ${path}`);
  });
}
