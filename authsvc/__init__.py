"""The ground: who a person is, and what that rests on."""
