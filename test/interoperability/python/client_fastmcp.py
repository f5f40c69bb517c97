"""The client of the package `fastmcp`."""

from contextlib import asynccontextmanager

import anyio
import mcp_types as types
from attempt import MODEL, NO_RESUMPTION, ROOT, Resumes, Tried, answer_form, attempt_all, read_arguments
from fastmcp import Client
from fastmcp.client.transports import SSETransport, StreamableHttpTransport
from mcp.client.subscriptions import listen

url, profile, mode = read_arguments()
is_old = url.endswith("/sse")


class FastMcp(Tried):
    def __init__(self):
        self.notifications = []
        resumes = Resumes()
        transport = SSETransport(url) if is_old else StreamableHttpTransport(url, httpx_client_factory=resumes.client)
        self.client = Client(
            transport,
            mode=mode,
            roots=[ROOT],
            sampling_handler=self.on_sampling,
            elicitation_handler=self.on_elicitation,
            log_handler=self.on_anything,
            message_handler=self.on_anything,
        )
        self.resumes = resumes

    async def on_sampling(self, messages, params, context):
        return MODEL

    async def on_elicitation(self, message, response_type, params, context):
        return answer_form(getattr(params, "requested_schema", None))

    async def on_anything(self, message):
        self.notifications.append(message)

    @property
    def is_modern(self):
        return self.client.protocol_version >= "2026-07-28"

    async def list_tools(self):
        return await self.client.list_tools()

    async def call(self, tool, on_progress=None, meta=None):
        result = await self.client.call_tool(
            tool["name"], tool.get("args", {}), progress_handler=on_progress, raise_on_error=False, meta=meta
        )
        return result.content

    async def list_prompts(self):
        return await self.client.list_prompts()

    async def get_prompt(self, name, args):
        return await self.client.get_prompt(name, args)

    async def list_resources(self):
        return await self.client.list_resources()

    async def list_templates(self):
        return await self.client.list_resource_templates()

    async def read_resource(self, uri):
        return await self.client.read_resource(uri)

    async def complete(self, ref, argument):
        kinds = {"ref/prompt": types.PromptReference, "ref/resource": types.ResourceTemplateReference}
        return await self.client.complete(kinds[ref["type"]](**ref), argument)

    @asynccontextmanager
    async def subscribed(self, uri):
        session = self.client.session  # the client itself has no method for it
        if self.is_modern:
            async with listen(session, resource_subscriptions=[uri]):
                yield
            return
        await session.subscribe_resource(uri)
        yield
        await session.unsubscribe_resource(uri)

    async def call_logged(self, tool):
        if self.is_modern:
            return await self.call(tool, meta={"io.modelcontextprotocol/logLevel": "debug"})
        await self.client.set_logging_level("debug")
        return await self.call(tool)


async def main():
    tried = FastMcp()
    async with tried.client:
        if is_old or tried.is_modern:
            tried.resumes = NO_RESUMPTION["sse" if is_old else "modern"]
        await attempt_all(tried.attempts, profile)


anyio.run(main)
