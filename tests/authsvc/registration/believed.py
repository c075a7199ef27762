"""What the world must be after any acts: a small model of people, links, budgets and mails, without any service."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.browser import PASSWORD

OTHER_PASSWORD = "Neu-ling7"
FIVE, THIRTY, DAY = timedelta(days=5), timedelta(days=30), timedelta(days=1)
HOUR = timedelta(hours=1)
Answer = tuple[int, str]
PENDING, REPEATED, NONE = (409, "registration_pending"), (409, "already_registered"), (409, "no_pending_registration")
REFUSED, EXPIRED, THROTTLED = (401, "link_refused"), (410, "link_expired"), (429, "too_many_tries")
STRANGER, OUTSIDE, SUSPENDED, WRONG = (
    (401, "card_not_registered"),
    (401, "login_required"),
    (403, "suspended"),
    (401, "password_wrong"),
)


@dataclass
class Budget:
    """Tries that are free, then cost a pause that doubles; a quiet day may start it anew."""

    free: int
    forgets: bool = False
    tries: int = 0
    since: datetime | None = None
    opens: datetime | None = None

    def spend(self, now: datetime) -> bool:
        """Count a try; tell whether it is let in."""
        if self.opens is not None and self.opens > now:
            return False
        if self.since is None or (self.forgets and self.since <= now - DAY):
            self.tries, self.since = 0, now
        self.tries += 1
        if self.tries >= self.free:
            self.opens = now + min(timedelta(minutes=1) * 2 ** (self.tries - self.free), HOUR)
        return True

    def forgive(self) -> None:
        self.tries, self.opens = 0, None


@dataclass
class Link:
    """A link that was mailed; `expires` stays when another replaced it."""

    token: str
    expires: datetime


@dataclass
class Believed:
    """One person as they must be. Each act answers what the service must answer; `mails` counts what it wrote."""

    key: str
    applied_at: datetime | None = None
    link: Link | None = None
    email: str = ""
    registered: bool = False
    suspended: bool = False
    inside: bool = False
    password: str = PASSWORD
    moving: Link | None = None
    new_email: str = ""
    backup: Link | None = None
    backup_email: str | None = None
    new_backup: str = ""
    mails: int = 0
    budget: Budget = field(default_factory=lambda: Budget(20, forgets=True))
    guesses: Budget = field(default_factory=lambda: Budget(5))

    @property
    def card(self) -> str:
        return f"{self.key}-nhi"

    def apply(self, now: datetime) -> Answer:
        if not self.budget.spend(now):
            return THROTTLED
        if self._outlived(now):
            self._forget()
        if self.link is not None or self.registered:
            return PENDING if self.link else REPEATED
        self.applied_at, self.email, self.password = now, self.address(0), PASSWORD
        self.mails += 1
        return 202, ""

    def confirm(self, token: str, card: str, now: datetime) -> Answer:
        if self.link is None or self.link.token != token or card != self.card:
            return REFUSED
        if self.link.expires <= now:
            return EXPIRED
        self._forget()
        self.registered = True
        self.mails += 1
        return 200, ""

    def resend(self, email: str | None, now: datetime) -> Answer:
        if self.applied_at is None or self.applied_at <= now - THIRTY:
            return NONE
        if not self.budget.spend(now):
            return THROTTLED
        self.email = email or self.email
        self.mails += 1
        return 202, ""

    def cancel(self, now: datetime) -> Answer:
        if self.link is None or self._outlived(now):
            return NONE
        self._forget()
        return 204, ""

    def reset(self, password: str) -> Answer:
        if not self.registered or self.suspended:
            return SUSPENDED if self.registered else STRANGER
        self.password, self.inside, self.moving, self.backup = password, False, None, None
        self.guesses.forgive()
        self.mails += self.addresses
        return 204, ""

    def log_in(self, password: str, now: datetime) -> Answer:
        if not self.registered:
            return STRANGER
        if not self.guesses.spend(now):
            return THROTTLED
        if password != self.password:
            return WRONG
        if self.suspended:
            return SUSPENDED
        self.guesses.forgive()
        self.inside = True
        return 201, ""

    def change_password(self, current: str, new: str, now: datetime) -> Answer:
        if not self.inside or self.suspended:
            return OUTSIDE
        if not self.guesses.spend(now):
            return THROTTLED
        if current != self.password:
            return WRONG
        self.guesses.forgive()
        self.password, self.moving, self.backup = new, None, None
        self.mails += self.addresses
        return 204, ""

    def change_email(self, email: str, now: datetime) -> Answer:
        """Ask for another address; asking for the present one takes a change back."""
        if not self.inside or self.suspended:
            return OUTSIDE
        if email != self.email and not self.budget.spend(now):
            return THROTTLED
        self.moving, self.new_email = None, email
        if email != self.email:
            self.mails += 1 + self.addresses
        return 200, ""

    def change_backup(self, email: str, now: datetime) -> Answer:
        """Ask for a backup address; asking for the present one takes a change back."""
        if not self.inside or self.suspended:
            return OUTSIDE
        if email != self.backup_email and not self.budget.spend(now):
            return THROTTLED
        self.backup, self.new_backup = None, email
        if email != self.backup_email:
            self.mails += 1 + self.addresses
        return 200, ""

    def confirm_email(self, token: str, now: datetime) -> Answer:
        if self.moving is None or self.moving.token != token:
            return REFUSED
        if self.moving.expires <= now:
            return EXPIRED
        if self.suspended:
            return SUSPENDED
        self.mails += self.addresses + (self.new_email != self.backup_email)
        self.moving, self.email = None, self.new_email
        return 204, ""

    def confirm_backup(self, token: str, now: datetime) -> Answer:
        if self.backup is None or self.backup.token != token:
            return REFUSED
        if self.backup.expires <= now:
            return EXPIRED
        self.mails += self.addresses + (self.new_backup != self.email)
        self.backup, self.backup_email = None, self.new_backup
        return 204, ""

    @property
    def addresses(self) -> int:
        """Return to how many addresses a notice goes."""
        return len({self.email, self.backup_email} - {None})

    def pass_time(self, now: datetime) -> None:
        """Be older, after the worker cleared away what is over."""
        self.inside = False
        if self._outlived(now):
            self._forget()
        if self.moving is not None and self.moving.expires <= now - FIVE:
            self.moving = None
        if self.backup is not None and self.backup.expires <= now - FIVE:
            self.backup = None

    def address(self, number: int) -> str:
        return f"{self.key}{number or ''}@mail.example.tw"

    def _outlived(self, now: datetime) -> bool:
        return self.link is not None and self.link.expires <= now and (self.applied_at or now) <= now - THIRTY

    def _forget(self) -> None:
        self.applied_at = self.link = None
