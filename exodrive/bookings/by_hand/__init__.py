"""A booking's money in the hands of staff: each deed locked, with a reason, by the plan's own code."""
