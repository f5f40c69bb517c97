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

/** Whether the image is the bridge, by whichever of its names and in whichever folder of the registry. */
export const isBridge = (imageName: string): boolean => /^(.*\/)?mcp-(proxy|bridge)$/.test(imageName);
