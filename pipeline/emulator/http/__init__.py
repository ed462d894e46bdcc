"""The emulator's gateway: signatures, rates, routes, fields of requests and answers."""
