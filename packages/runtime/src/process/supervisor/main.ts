import { homedir } from 'node:os';
import {
  ConfigError,
  drainFields,
  LogLevel,
  networkVariables,
  readConfig,
  unknownVariables,
} from '@mcp-gateway/platform/config';
import { createLogger } from '@mcp-gateway/platform/logging';
import { runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { z } from 'zod';
import { catalogue, CatalogueError, readCatalogue, startSupervisor, systemClock, defaultTimes } from './index.js';

const Config = z.object({
  MCP_GATEWAY_LOG_LEVEL: LogLevel.default('info'),
  MCP_GATEWAY_CATALOGUE: z.string().describe('the JSON file that says which command an image name stands for'),
  PROCESS_SUPERVISOR: z.string().describe('the path of the Unix socket to listen on'),
  PROCESS_LOGS: z.string().describe('the folder in which to keep the logs of replicas'),
  ...drainFields,
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
});

/** The supervisor as a program, for a worker that runs elsewhere, such as in another container. */
runMain(async () => {
  const config = readConfig(Config, process.env);
  const log = createLogger('supervisor', config.MCP_GATEWAY_LOG_LEVEL);
  for (const warning of unknownVariables(process.env, Object.keys(Config.shape))) log.warn(warning);
  const { defer } = shutdownOn(log);
  await readCatalogue(config.MCP_GATEWAY_CATALOGUE).catch((error: unknown) => {
    throw error instanceof CatalogueError ? new ConfigError(error.message) : error;
  });
  const supervisor = await startSupervisor(config.PROCESS_SUPERVISOR, {
    catalogue: catalogue({}, config.MCP_GATEWAY_CATALOGUE),
    clock: systemClock,
    log,
    logRoot: config.PROCESS_LOGS,
    environment: { ...networkVariables(process.env), PATH: config.PATH, HOME: homedir(), LANG: 'C.UTF-8' },
    ...defaultTimes,
    drainMs: config.MCP_GATEWAY_DRAIN_SECONDS * 1000,
  });
  defer(supervisor.close);
  log.info('process supervisor listens');
});
