import { ApprovalBody, DefinitionReport } from '@mcp-gateway/common/contracts';
import express, { Router, type RequestHandler } from 'express';
import { requireOwnService } from '../http/origin.js';
import { onlyMethods } from '../http/problems.js';
import { jsonBody, parseBody, requesterOf } from '../http/request.js';
import type { DefinitionLock } from './definition-lock.js';

/** The REST API of the definition lock, below /tools. */
export function definitionRoutes(lock: DefinitionLock): Router {
  const router = Router({ caseSensitive: true });
  const changes = '/:name/definition-changes';

  router.get('/:name/definition-changes', async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await lock.changes(requesterOf(req), req.params.name));
  });
  router.all(changes, onlyMethods(['GET']));

  router.post(`${changes}/approve`, ...jsonBody, async (req, res) => {
    const body = parseBody(ApprovalBody, req.body);
    res.json(await lock.approve(requesterOf(req), String(req.params['name']), body));
  });
  router.all(`${changes}/approve`, onlyMethods(['POST']));
  return router;
}

/** All names and hashes of a source, and the texts that wait for approval. */
const MAX_REPORT_BYTES = 16 * 1024 * 1024;

/** Where tool routers report what they discover. Data planes forward no request to it. */
export const reportRoutes = (lock: DefinitionLock): Record<string, RequestHandler[]> => ({
  '/internal/definitions': [
    requireOwnService,
    express.json({ limit: MAX_REPORT_BYTES }),
    async (req, res) => {
      await lock.report(parseBody(DefinitionReport, req.body));
      res.json({});
    },
  ],
});
