"""What becomes of credits, without a database: accounts, charges, and what goes back."""

from dataclasses import dataclass, field
from uuid import UUID

SUBSCRIPTION, PURCHASED = "subscription", "purchased"


@dataclass
class Bill:
    """What one work was charged: where each credit came from, in the order of its outputs."""

    id: UUID
    user: UUID
    outputs: int
    paid: list[str]
    jobs: dict[int, UUID]
    open: bool = True
    delivered: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    returned: list[str] = field(default_factory=list)

    @property
    def price(self) -> int:
        return len(self.paid) // self.outputs

    def share(self, output: int) -> list[str]:
        return self.paid[output * self.price : (output + 1) * self.price]

    @property
    def missing(self) -> list[int]:
        return [n for n in range(self.outputs) if n not in self.delivered]


@dataclass
class Account:
    """Credits by pool, and all that ever came in, was spent and expired."""

    subscription: int = 0
    purchased: int = 0
    came: int = 0
    spent: int = 0
    expired: int = 0
    lines: int = 0

    @property
    def balance(self) -> int:
        return self.subscription + self.purchased

    def put(self, pool: str, credits: int) -> None:
        setattr(self, pool, getattr(self, pool) + credits)
        self.came += credits
        self.lines += credits != 0

    def expire(self) -> None:
        self.expired += self.subscription
        self.lines += self.subscription != 0
        self.subscription = 0

    def charge(self, credits: int) -> list[str] | None:
        """Where they came from; nothing where they do not suffice."""
        if credits > self.balance:
            return None
        paid = [SUBSCRIPTION] * min(credits, self.subscription)
        paid += [PURCHASED] * (credits - len(paid))
        for pool in paid:
            setattr(self, pool, getattr(self, pool) - 1)
        self.spent += credits
        self.lines += credits != 0
        return paid

    def end(self, bill: Bill) -> None:
        """The work is over: each output that is missing goes back to where it was paid from."""
        bill.open = False
        for output in bill.missing:
            for pool in bill.share(output):
                setattr(self, pool, getattr(self, pool) + 1)
                bill.returned.append(pool)
                self.spent -= 1
            self.lines += bool(bill.share(output))
