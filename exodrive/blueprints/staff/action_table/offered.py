"""Every deed of the table, in one list: the routes and the booking's page are made from it."""

from __future__ import annotations

from exodrive.blueprints.staff.action_table.actions import BOOKING_ACTIONS, Action
from exodrive.blueprints.staff.action_table.desk_money import DESK_ACTIONS
from exodrive.blueprints.staff.action_table.money_actions import MONEY_ACTIONS

ACTIONS: tuple[Action, ...] = (*BOOKING_ACTIONS, *MONEY_ACTIONS, *DESK_ACTIONS)
