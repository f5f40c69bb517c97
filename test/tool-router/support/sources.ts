// The tool router is a program, not a package, so tests reach its parts by path; only here.
export { announcementFields } from '../../../services/tool-router/src/announcement.js';
export {
  composeToolRouter,
  type ToolRouterParts,
  type ToolRouterSettings,
} from '../../../services/tool-router/src/compose.js';
