from tabulate import tabulate


def handler(event, context):
    return {"report": tabulate(event.get("rows", []), headers="keys")}
