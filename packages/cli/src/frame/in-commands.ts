/** Requests of which answers of the gateway speak, and the command that sends each. */
const COMMANDS: readonly [RegExp, (...parts: string[]) => string][] = [
  [/GET \/tools\/([\w{}-]+)\/definition-changes/g, (_, name) => `definitions list ${word(name)}`],
  [/GET \/adapters\/([\w{}-]+)\/sessions/g, (_, name) => `sessions list ${word(name)}`],
  [
    /DELETE \/adapters\/([\w{}-]+)\/sessions\/([\w{}-]+)/g,
    (_, name, id) => `sessions delete ${word(name)} ${word(id)}`,
  ],
  [/GET \/(adapter|tool|toolset)s\/([\w{}-]+)\/status/g, (_, kind, name) => `status ${kind}/${word(name)}`],
  [
    /GET \/(adapter|tool)s\/([\w{}-]+)\/logs(?:\?instance=(\d+))?/g,
    (_, kind, name, instance) => `logs ${kind}/${word(name)}${instance ? ` -i ${instance}` : ''}`,
  ],
  [/GET \/tenants\/([\w{}-]+)\/quota/g, (_, id) => `quota get ${word(id)}`],
  [/PUT \/(adapters|tools|toolsets|tenants)\/([\w{}-]+)/g, (_, kind, name) => `${kind} update ${word(name)}`],
  [
    /DELETE \/(adapters|tools|toolsets|tenants|api-keys)\/([\w{}-]+)/g,
    (_, kind, name) => `${kind} delete ${word(name)}`,
  ],
  [/GET \/(adapters|tools|toolsets|tenants|api-keys)(?![\w/{-])/g, (_, kind) => `${kind} list`],
  [/GET \/registry\/v0\.1\/servers(?![\w/-])/g, () => 'registry list'],
];

/** `{name}` of the API as the reference of the commands has it. */
const word = (name = ''): string => (/^\{\w+\}$/.test(name) ? name.slice(1, -1).toUpperCase() : name);

/** A sentence of the gateway that says what to do over HTTP, with the commands that do it. */
export const inCommands = (text: string): string =>
  COMMANDS.reduce(
    (said, [request, command]) => said.replace(request, (...parts: string[]) => `\`mcp-gateway ${command(...parts)}\``),
    text,
  )
    .replaceAll(/\bwith PUT\b(?! only)/g, 'with `mcp-gateway apply`')
    .replaceAll(/\bPUT it with\b/g, 'Use `mcp-gateway apply` with');
