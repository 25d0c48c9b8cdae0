from datetime import datetime, timedelta, timezone


def handler(event, context):
    oldest = datetime.now(timezone.utc) - timedelta(days=event.get("days", 30))
    return {"older_than": oldest.isoformat()}
