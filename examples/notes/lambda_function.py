import asyncio
import json
from pathlib import Path

import httpx

GREETINGS = json.loads((Path(__file__).parent / "models" / "greetings.json").read_text())


async def async_lambda_handler(event, context):
    print("Received event: " + json.dumps(event, indent=2))
    greeting = GREETINGS.get(event.get("language", "en"), GREETINGS["en"])
    if "url" not in event:
        return {"message": greeting}
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(event["url"])
    return {"message": greeting, "status": answer.status_code}


# Lambda awaits nothing: the handler itself is an ordinary function.
def lambda_handler(event, context):
    return asyncio.run(async_lambda_handler(event, context))
