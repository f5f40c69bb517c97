"""Tries each feature of a server with a Python client, and prints the outcomes as JSON."""

import json
import re
import sys

import anyio
import httpx2
from mcp.shared._httpx_utils import create_mcp_http_client
from pydantic_core import to_jsonable_python

FEATURE_SECONDS = 60
CANCEL_AFTER_SECONDS = 0.3
MODEL, USER, ROOT = "said by the model", "said by the user", "file:///interoperability"
REFUSAL = re.compile(r"-32601|method not found|does not support|not supported", re.I)


NO_RESUMPTION = {"sse": "events of HTTP+SSE have no ids", "modern": "2026-07-28 has no resumption"}


class Cannot(Exception):
    """The client or the server lacks the feature."""


def read_arguments():
    """`python client.py URL PROFILE [MODE]`, where the profile is JSON."""
    url, profile, mode = (sys.argv[1:] + ["legacy"])[:3]
    return url, json.loads(profile), mode


def text_of(result):
    return json.dumps(to_jsonable_python(result), ensure_ascii=False)


def expect_text(result, text):
    if text not in text_of(result):
        raise AssertionError(f"expected {text!r} in {text_of(result)[:300]}")


class Resumes:
    """Observes how a client reacts to streams that end too early, and may cut one."""

    def __init__(self):
        self.count = 0
        self.cutting = False

    def client(self, **kwargs):
        kwargs.pop("follow_redirects", None)
        http = create_mcp_http_client(**kwargs)
        http.event_hooks["request"].append(self._count)
        http.event_hooks["response"].append(self._cut)
        return http

    async def _count(self, request):
        if "last-event-id" in request.headers:
            self.count += 1

    async def _cut(self, response):
        is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        if self.cutting and response.request.method == "POST" and is_stream:
            self.cutting = False
            response.stream = FirstEvent(response.stream)


class FirstEvent(httpx2.AsyncByteStream):
    """A stream that ends after its first event."""

    def __init__(self, stream):
        self.stream = stream

    async def __aiter__(self):
        async for chunk in self.stream:
            yield chunk
            if b"\n\n" in chunk.replace(b"\r", b""):
                return

    async def aclose(self):
        await self.stream.aclose()


def answer_form(schema):
    """Fills texts with the user's answer, and every other field with a value that the form accepts."""
    properties = (schema or {}).get("properties", {})
    wanted = (schema or {}).get("required", list(properties))
    plain = [name for name, field in properties.items() if field.get("type") == "string" and not {"enum", "oneOf"} & set(field)]
    return {name: value_of(properties[name]) for name in properties if name in wanted or name in plain}


def value_of(field):
    if field.get("type") == "boolean":
        return True
    if field.get("type") in ("number", "integer"):
        return field.get("minimum", 1)
    if field.get("type") == "array":
        items = field.get("items", {})
        return [(items.get("enum") or [each["const"] for each in items.get("anyOf", [])])[0]]
    known = {"email": "user@example.com", "uri": "https://example.com/", "date": "2026-11-21", "date-time": "2026-11-21T12:00:00Z"}
    if field.get("format") in known:
        return known[field["format"]]
    return (field.get("enum") or [each["const"] for each in field.get("oneOf", [])] or [USER])[0]


async def attempt_all(attempts, profile):
    outcomes = {}
    for feature, run in attempts(profile).items():
        outcomes[feature] = await attempt(run, profile[feature])
    print(json.dumps(outcomes), flush=True)


async def attempt(run, of):
    try:
        with anyio.fail_after(FEATURE_SECONDS):
            await run(of)
        return {"result": "works"}
    except TimeoutError:
        return {"result": "fails", "why": "took too long"}
    except Exception as error:
        refused = isinstance(error, Cannot) or REFUSAL.search(str(error))
        return {"result": "cannot" if refused else "fails", "why": str(error) or type(error).__name__}


class Tried:
    """How each feature is used, for a client that has the methods which this class calls on `self`."""

    notifications: list
    resumes: Resumes | str  # or the reason why there are none

    def attempts(self, profile):
        names = "tools prompts resources templates subscriptions completions sampling elicitation roots progress cancellation logging resumption"
        self.profile = profile
        return {name: getattr(self, f"try_{name}") for name in names.split()}

    async def receives(self, text):
        while not any(text in text_of(each) for each in self.notifications):
            await anyio.sleep(0.02)

    async def try_tools(self, of):
        expect_text(await self.list_tools(), of["name"])
        expect_text(await self.call(of), of["text"])

    async def try_prompts(self, of):
        expect_text(await self.list_prompts(), of["name"])
        expect_text(await self.get_prompt(of["name"], of.get("args", {})), of["text"])

    async def try_resources(self, of):
        expect_text(await self.list_resources(), of["uri"])
        expect_text(await self.read_resource(of["uri"]), of["text"])

    async def try_templates(self, of):
        expect_text(await self.list_templates(), of["template"])
        expect_text(await self.read_resource(of["uri"]), of["text"])

    async def try_subscriptions(self, of):
        async with self.subscribed(of["uri"]):
            await self.call(of)
            await self.receives(of["uri"])

    async def try_completions(self, of):
        expect_text(await self.complete(of["ref"], {"name": of["name"], "value": of["value"]}), of["expected"])

    async def try_sampling(self, of):
        expect_text(await self.call(of), MODEL)

    async def try_elicitation(self, of):
        expect_text(await self.call(of), USER)

    async def try_roots(self, of):
        expect_text(await self.call(of), ROOT)

    async def try_progress(self, of):
        steps = []

        async def on_progress(progress, total=None, message=None):
            steps.append(progress)

        await self.call(of, on_progress)
        assert len(steps) >= of["steps"], f"{len(steps)} steps"

    async def try_cancellation(self, of):
        witness = of["witness"]
        before = witness and cancelled_of(await self.call(witness))
        with anyio.move_on_after(CANCEL_AFTER_SECONDS) as leaving:
            await self.call(of)
        assert leaving.cancelled_caught, "it was not cancelled"
        if witness is None:
            return expect_text(await self.call(self.profile["tools"]), self.profile["tools"]["text"])
        while cancelled_of(await self.call(witness)) == before:
            await anyio.sleep(0.02)

    async def try_logging(self, of):
        await self.call_logged(of)
        await self.receives(of["text"])

    async def try_resumption(self, of):
        if of["endedBy"] == "cut" and isinstance(self.resumes, Resumes):
            self.resumes.cutting = True
        expect_text(await self.call(of), of["text"])
        if isinstance(self.resumes, str):
            raise Cannot(self.resumes)
        assert self.resumes.count > 0, "the stream was not resumed"


def cancelled_of(result):
    """The number of cancelled calls, according to the witness tool."""
    return re.search(r"cancelled: \d+", text_of(result)).group()
