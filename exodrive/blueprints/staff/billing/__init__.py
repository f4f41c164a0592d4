"""Bills at the desk: the list of all of them, one with its deeds, and opening one by hand."""
