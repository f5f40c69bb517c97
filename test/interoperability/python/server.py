"""An MCP server on FastMCP that uses the framework's own implementation of each feature."""

import os

import anyio
import mcp_types as types
import uvicorn
from fastmcp import Context, FastMCP
from fastmcp.exceptions import ToolError
from fastmcp.server.event_store import EventStore
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from starlette.responses import PlainTextResponse

mcp = FastMCP("interoperability")
begun = cancelled = 0


@mcp.tool
def greet(name: str) -> str:
    return f"Hello, {name}!"


@mcp.prompt
def ask_about(topic: str) -> str:
    return f"Tell me about {topic}."


@mcp.completion
def complete(ref, argument, context):
    return [each for each in ["llamas", "lemurs"] if each.startswith(argument.value)]


@mcp.resource("data://static")
def static() -> str:
    return "static data"


@mcp.resource("data://{number}/detail")
def detail(number: str) -> str:
    return f"detail of {number}"


@mcp.tool
async def touch(ctx: Context) -> str:
    await ctx.session.send_resource_updated("data://static")
    return "Touched."


WHO = "Who are you?"
MESSAGES = [types.SamplingMessage(role="user", content=types.TextContent(type="text", text="Well?"))]
FORM = {"type": "object", "properties": {"value": {"type": "string"}}, "required": ["value"]}
SAMPLE = types.CreateMessageRequest(params=types.CreateMessageRequestParams(messages=MESSAGES, max_tokens=10))
ELICIT = types.ElicitRequest(params=types.ElicitRequestFormParams(message=WHO, requested_schema=FORM))


def is_modern(ctx):
    return ctx.request_context.protocol_version in MODERN_PROTOCOL_VERSIONS


def need(ctx, capability):
    if getattr(ctx.session.client_capabilities, capability, None) is None:
        raise ToolError(f"the client does not support {capability}")


def asked_back(ctx, request):
    """The answer to the request, or the request for more input (MCP 2026-07-28, multi-round-trip requests)."""
    answers = ctx.input_responses
    return answers["it"] if answers else types.InputRequiredResult(input_requests={"it": request})


@mcp.tool
async def sample(ctx: Context) -> str | types.InputRequiredResult:
    need(ctx, "sampling")
    if is_modern(ctx):
        answer = asked_back(ctx, SAMPLE)
        return answer if isinstance(answer, types.InputRequiredResult) else answer.content.text
    result = await ctx.session.create_message(messages=MESSAGES, max_tokens=10)
    return result.content.text


@mcp.tool
async def elicit(ctx: Context) -> str | types.InputRequiredResult:
    need(ctx, "elicitation")
    if is_modern(ctx):
        answer = asked_back(ctx, ELICIT)
        return answer if isinstance(answer, types.InputRequiredResult) else f"{answer.action}: {answer.content}"
    result = await ctx.elicit(WHO, response_type=str)
    return f"{result.action}: {getattr(result, 'data', None)}"


@mcp.tool
async def roots(ctx: Context) -> str | types.InputRequiredResult:
    need(ctx, "roots")
    answer = asked_back(ctx, types.ListRootsRequest()) if is_modern(ctx) else await ctx.session.list_roots()
    if isinstance(answer, types.InputRequiredResult):
        return answer
    return " ".join(str(root.uri) for root in answer.roots)


@mcp.tool
async def steps(ctx: Context) -> str:
    for step in range(1, 4):
        await ctx.report_progress(step, 3)
        await anyio.sleep(0.05)
    return "Done."


@mcp.tool
async def slow() -> str:
    global begun, cancelled
    begun += 1
    try:
        await anyio.sleep(20)
    except anyio.get_cancelled_exc_class():
        cancelled += 1
        raise
    return "Took its time."


@mcp.tool
def cancellations() -> str:
    return f"begun: {begun}, cancelled: {cancelled}"


@mcp.tool
async def log(ctx: Context) -> str:
    await ctx.info("a message from the tool")
    return "Logged."


@mcp.tool
async def interrupted(ctx: Context) -> str:
    await ctx.close_sse_stream()
    await anyio.sleep(0.3)
    return "after all"


@mcp.custom_route("/healthz", methods=["GET"])
async def healthz(_request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    app = mcp.http_app(path="/mcp", event_store=EventStore(), retry_interval=100)
    uvicorn.run(app, host=os.environ["HOST"], port=int(os.environ["PORT"]), log_level="warning")
