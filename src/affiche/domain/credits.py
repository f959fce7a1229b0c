"""What a work costs."""

from affiche.domain.templates import Template


def credits_for(template: Template, output_count: int = 1) -> int:
    """Credits for so many outputs, at the price that this version of the template has.

    The whole of a template's price: nothing in its form makes an output dearer. The database
    charges the same by `charge_work` (docs/decisions/0022).
    """
    return template.credits * output_count
