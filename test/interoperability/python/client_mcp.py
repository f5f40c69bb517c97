"""The client of the package `mcp`."""

from contextlib import asynccontextmanager

import anyio
import mcp_types as types
from attempt import MODEL, NO_RESUMPTION, ROOT, Resumes, Tried, answer_form, attempt_all, read_arguments
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

url, profile, mode = read_arguments()
is_old = url.endswith("/sse")


class Mcp(Tried):
    def __init__(self):
        self.notifications = []
        resumes = Resumes()
        transport = sse_client(url) if is_old else streamable_http_client(url, http_client=resumes.client())
        self.client = Client(
            transport,
            mode=mode,
            sampling_callback=self.on_sampling,
            elicitation_callback=self.on_elicitation,
            list_roots_callback=self.on_roots,
            logging_callback=self.on_anything,
            message_handler=self.on_anything,
            log_level="debug",
        )
        self.resumes = resumes

    async def on_sampling(self, context, params):
        return types.CreateMessageResult(role="assistant", model="none", content=types.TextContent(type="text", text=MODEL))

    async def on_elicitation(self, context, params):
        return types.ElicitResult(action="accept", content=answer_form(getattr(params, "requested_schema", None)))

    async def on_roots(self, context):
        return types.ListRootsResult(roots=[types.Root(uri=ROOT, name="root")])

    async def on_anything(self, message):
        self.notifications.append(message)

    @property
    def is_modern(self):
        return self.client.protocol_version >= "2026-07-28"

    async def list_tools(self):
        return await self.client.list_tools()

    async def call(self, tool, on_progress=None):
        return await self.client.call_tool(tool["name"], tool.get("args", {}), progress_callback=on_progress)

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
        if not self.is_modern:
            await self.client.subscribe_resource(uri)
            yield
            await self.client.unsubscribe_resource(uri)
            return
        async with self.client.listen(resource_subscriptions=[uri]):
            yield

    async def call_logged(self, tool):
        if not self.is_modern:
            await self.client.set_logging_level("debug")
        return await self.call(tool)


async def main():
    tried = Mcp()
    async with tried.client:
        if is_old or tried.is_modern:
            tried.resumes = NO_RESUMPTION["sse" if is_old else "modern"]
        await attempt_all(tried.attempts, profile)


anyio.run(main)
