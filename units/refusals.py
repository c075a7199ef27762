"""The refusals about units."""

from authsvc.core.errors import Conflict, Forbidden, Invalid
from authsvc.core.i18n import N_


class UnitNotConfirmed(Invalid):
    """What was entered is not what the registry has; `errors` names the fields."""

    code = "unit_not_confirmed"
    detail = N_("The register of insured units has this differently. Please check what is marked.")


class UnitAlreadyRegistered(Conflict):
    """The unit registered before."""

    code = "unit_already_registered"
    detail = N_("This unit is registered already. Log in with the tick “I come to name managers” and its unit code.")


class NotResponsible(Forbidden):
    """Somebody else than the registry's responsible person acts for the unit."""

    code = "not_responsible"
    detail = N_(
        "The register names somebody else as the responsible person of this unit. Please use the unit's certificate, or"
        " have that person do it."
    )


class ManagerAlreadyThere(Conflict):
    """The person is a manager of the unit."""

    code = "manager_already_there"
    detail = N_("This person is a manager of the unit already. To change something, delete the entry and add it anew.")


class LastManager(Conflict):
    """The last manager would delete their own entry."""

    code = "last_manager"
    detail = N_("You are the unit's last manager. Please add another one first, or use the unit's certificate.")


class TooManyManagers(Conflict):
    """A unit has as many managers as it may."""

    code = "too_many_managers"
    detail = N_("A unit has 50 managers at most. Please delete those who have left.")
