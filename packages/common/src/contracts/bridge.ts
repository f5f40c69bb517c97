import { misspelt } from '../errors/closest-match.js';

/** The settings that the bridge to stdio and remote servers (`servers/mcp-bridge`) has beside PORT and HOST. */
export const BRIDGE_VARIABLES = [
  'MCP_COMMAND',
  'MCP_ARGS',
  'MCP_PROXY_URL',
  'MCP_PROXY_HEADERS',
  'MCP_BRIDGE_MODE',
  'MCP_BRIDGE_MAX_SESSIONS',
  'MCP_BRIDGE_IDLE_SECONDS',
  'MCP_BRIDGE_START_SECONDS',
  'MCP_BRIDGE_REQUEST_SECONDS',
  'MCP_BRIDGE_MAX_MESSAGE_BYTES',
] as const;

const [SHORT, LONG] = [BRIDGE_VARIABLES.filter(isShort), BRIDGE_VARIABLES.filter((name) => !isShort(name))];

/** With two other letters, a short name may well be a variable of the server. */
function isShort(name: string): boolean {
  return name.length <= 8;
}

/** The setting of the bridge that the variable was probably meant to be. The server of the bridge gets all other variables. */
export const misspeltBridgeVariable = (name: string): string | undefined =>
  (BRIDGE_VARIABLES as readonly string[]).includes(name)
    ? undefined
    : (misspelt(name, LONG) ?? misspelt(name, SHORT, 1));

/** A fault in the settings of the bridge: the path of the field, and what is wrong there. */
interface BridgeFault {
  path: string[];
  message: string;
}

interface BridgeSpec {
  imageName?: string | undefined;
  environmentVariables: Readonly<Record<string, unknown>>;
  secretEnvironment: Readonly<Record<string, unknown>>;
}

/** Why the bridge would not start with the variables of a spec; empty for every other image. A misspelt setting is the only fault. */
export function bridgeFaults({ imageName, environmentVariables, secretEnvironment }: BridgeSpec): BridgeFault[] {
  if (imageName === undefined || !isBridge(imageName)) return [];
  const given = { environmentVariables, secretEnvironment };
  const misspellings = Object.entries(given).flatMap(([field, variables]) =>
    Object.keys(variables).flatMap((name) => {
      const meant = misspeltBridgeVariable(name);
      if (meant === undefined) return [];
      return [{ path: [field, name], message: `is no setting of the bridge; did you mean "${meant}"?` }];
    }),
  );
  if (misspellings.length > 0) return misspellings;
  const has = (name: string) => Object.hasOwn(environmentVariables, name) || Object.hasOwn(secretEnvironment, name);
  if (has('MCP_COMMAND') || has('MCP_PROXY_URL')) return [];
  return [{ path: ['environmentVariables'], message: NOTHING_TO_BRIDGE }];
}

const NOTHING_TO_BRIDGE =
  'must have MCP_COMMAND, the program of a server that speaks stdio, such as "npx", with its arguments in MCP_ARGS, or ' +
  'MCP_PROXY_URL, the URL of a server that runs elsewhere: the bridge does not start without';

/** Whether the image is the bridge, by whichever of its names and in whichever folder of the registry. */
export const isBridge = (imageName: string): boolean => /^(.*\/)?mcp-(proxy|bridge)$/.test(imageName);
