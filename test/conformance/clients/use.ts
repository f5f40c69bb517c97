type Schema = { properties?: Record<string, unknown> | undefined };
interface Tool {
  name: string;
  inputSchema: Schema;
}

/** The methods that both lines of the SDK share. */
interface CommonClient {
  listTools(): Promise<{ tools: Tool[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  getServerCapabilities(): { resources?: unknown; prompts?: unknown } | undefined;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  readResource(resource: { uri: string }): Promise<unknown>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(prompt: { name: string }): Promise<unknown>;
}

/**
 * Uses every feature of a server of the suite: each scenario watches one of them. Some servers
 * refuse calls, and the client continues.
 */
export async function useAll(client: CommonClient): Promise<void> {
  const { tools } = await client.listTools();
  for (const call of toolCalls() ?? tools.map((tool) => ({ name: tool.name, arguments: argumentsOf(tool, tools) }))) {
    await client.callTool(call).catch((error: Error) => console.error(error.message));
  }
  const { resources, prompts } = client.getServerCapabilities() ?? {};
  if (resources) for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
  if (prompts) for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name });
}

/** The calls that a scenario requires by name. */
function toolCalls(): { name: string; arguments: Record<string, unknown> }[] | undefined {
  const context = process.env['MCP_CONFORMANCE_CONTEXT'];
  return context === undefined ? undefined : (JSON.parse(context) as { toolCalls: [] }).toolCalls;
}

/** Arguments that the tool accepts. A tool that asks for a schema gets the schema of its neighbour, unchanged. */
function argumentsOf({ inputSchema }: Tool, tools: Tool[]): Record<string, unknown> {
  const values: Record<string, unknown> = { string: 'x', number: 2, integer: 2, boolean: true };
  const entries = Object.entries(inputSchema.properties ?? {}).map(([name, schema]) => {
    const { type } = schema as { type?: string };
    return [name, name === 'schema' ? tools[0]?.inputSchema : values[type ?? '']] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
