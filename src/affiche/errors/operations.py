"""What operators do by hand."""

from affiche.errors.error import AfficheError


class EndedByOperator(AfficheError):
    """A work that an operator let fail. Why is written down for operators, not for its owner."""

    code, status = "ended_by_operator", 503
