"""Signs in with the OAuth client of the package `fastmcp`, and calls the tool `whoami`: `python sign_in_fastmcp.py URL USER`."""

import sys
from urllib.parse import urljoin

import anyio
import httpx2
from fastmcp import Client
from fastmcp.client.auth import OAuth

url, user = sys.argv[1:]
ATTEMPTS = 100


class Headless(OAuth):
    """Its browser chooses the user on the page of the issuer, and follows the redirect to the client."""

    async def redirect_handler(self, authorization_url):
        async with httpx2.AsyncClient(follow_redirects=True) as browser:
            page = await browser.get(authorization_url)
            answer = await browser.post(page.url, data={"user": user}, follow_redirects=False)
            while not str(answer.headers["location"]).startswith(str(self.context.client_metadata.redirect_uris[0])):
                answer = await browser.get(urljoin(str(answer.url), answer.headers["location"]), follow_redirects=False)
        self.back = answer.headers["location"]

    async def callback_handler(self):
        result = None

        async def follow():
            # The client listens a moment later.
            for _ in range(ATTEMPTS):
                try:
                    async with httpx2.AsyncClient() as browser:
                        await browser.get(self.back)
                    return
                except httpx2.ConnectError:
                    await anyio.sleep(0.1)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(follow)
            result = await super().callback_handler()
        return result


async def main():
    async with Client(url, auth=Headless()) as client:
        result = await client.call_tool("whoami", {})
        print(" ".join(part.text for part in result.content))


anyio.run(main)
