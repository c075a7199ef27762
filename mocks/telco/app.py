"""Composes the simulator of the operators and the gateway in front of them."""

import random
from collections.abc import Iterable

from flask import Flask

from mocks.clock import Clock
from mocks.people import World
from mocks.telco.apis.views import apis
from mocks.telco.authorize import authorization
from mocks.telco.clients import Client, Clients
from mocks.telco.control import control
from mocks.telco.errors import OAuthError, tell_oauth_error
from mocks.telco.failures import Failures
from mocks.telco.ground import Ground
from mocks.telco.handset import handset
from mocks.telco.hooks import hook
from mocks.telco.issuing import issuing
from mocks.telco.journal import Journal
from mocks.telco.making import make_world
from mocks.telco.network import Network
from mocks.telco.operators import Operators
from mocks.telco.published import published
from mocks.telco.signing import KeyRing
from mocks.telco.tokens import Tokens
from mocks.web import simulator

BASE = "http://127.0.0.1:8103"


def create_app(
    people: World,
    *,
    seed: int = 1,
    base: str = BASE,
    operators: Operators | None = None,
    clock: Clock | None = None,
    clients: Iterable[Client] = (),
    pace: float = 1.0,
) -> Flask:
    """Return the operators over a world of people; `base` is the public address, `pace` multiplies their latency."""
    chosen, watch = operators or Operators(), clock or Clock()
    world = make_world(people, chosen, seed=seed, at=watch.now())
    ground = Ground(
        base=base.rstrip("/"),
        operators=chosen,
        world=world,
        network=Network(world, clock=watch),
        tokens=Tokens(now=watch.now),
        clients=Clients({client.client_id: client for client in clients}),
        keys={operator.id: KeyRing(operator.id) for operator in chosen.all()},
        faults=Failures(chosen, seed=seed),
        journal=Journal(),
        clock=watch,
        dice=random.Random(seed),  # noqa: S311  pace must be repeatable, not secret
        pace=pace,
    )
    return _furnished(ground)


def _furnished(ground: Ground) -> Flask:
    app = simulator(__name__, faults=ground.faults)
    app.extensions |= {"ground": ground, "tokens": ground.tokens}
    app.register_error_handler(OAuthError, tell_oauth_error)
    hook(app)
    for blueprint in (control, handset, published, authorization, issuing, apis):
        app.register_blueprint(blueprint)
    return app
