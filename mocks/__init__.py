"""Simulators of the outside world: each its own process, reached over HTTP (mail also over SMTP) and nothing else.

They know nothing of the service and import nothing of it.
"""
