from greetings import greet


def lambda_handler(event, context):
    return {"message": greet(event.get("name", "world"), event.get("language", "en"))}
