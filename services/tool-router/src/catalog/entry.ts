import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { Tool } from '@modelcontextprotocol/server';

/** A tool as one source lists it. */
export interface SourceTool {
  source: ResourceRef;
  /** In front of the name of the tool where clients see it. Empty for a source whose tool has the name of the resource. */
  prefix: string;
  /** With the name that the source knows it by. */
  tool: Tool;
}

/** A tool as clients see it. */
export interface ExposedTool {
  /** Unique among the tools of a toolset. */
  exposedName: string;
  source: ResourceRef;
  /** With the name that the source knows it by, and with the title and the description for clients. */
  tool: Tool;
}
